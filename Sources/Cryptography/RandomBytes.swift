import Glibc

/// Bytes from the kernel's random number generator, fit for keys and tokens.
public enum RandomBytes {
  /// Fills `bytes`, with one getrandom(2) for each 256 of them and without opening a file.
  public static func fill(_ bytes: inout MutableSpan<UInt8>) {
    bytes.withUnsafeMutableBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        // getentropy(3) is getrandom(2), begun again when a signal comes in between. It gives 256
        // bytes at most.
        let part = UnsafeMutableRawBufferPointer(rebasing: rest.prefix(256))
        let result = getentropy(part.baseAddress!, part.count)
        precondition(result == 0, "getrandom(2) needs Linux 3.17")
        rest = rest.dropFirst(256)
      }
    }
  }

  /// Fills the bytes of a name that must be nobody else's, as a request's or a call's: they may be known once they are
  /// given out. Keys and what else is secret must not come from here, since these bytes lie in memory before.
  public static func fill(name bytes: inout MutableSpan<UInt8>) {
    RandomBlock.ofThread.take(&bytes)
  }

  /// As many random bytes as asked for.
  public static func make(count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var span = bytes.mutableSpan
    fill(&span)
    return bytes
  }
}
