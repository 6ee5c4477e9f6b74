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

  /// As many random bytes as asked for.
  public static func make(count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var span = bytes.mutableSpan
    fill(&span)
    return bytes
  }
}
