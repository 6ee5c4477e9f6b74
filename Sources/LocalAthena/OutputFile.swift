import Cryptography
import EventLoop
import Glibc
import HTTPMessage

/// An output that is being sent, a piece at a time.
final class OutputFile {
  /// The file has become shorter since it was opened.
  struct Truncated: Error {}

  private static let piece = 256 * 1024

  /// In bytes, at the end of its calculation.
  let size: Int
  /// Strong: it stands for the bytes that were there at the end. Of S3's form for what was uploaded in parts,
  /// which no client takes for an MD5.
  let entityTag: String
  private let descriptor: FileDescriptor

  /// Nil where the file is gone, or another one stands in its place.
  init?(_ file: FinishedOutputs.File) {
    let raw = open(file.path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard raw >= 0 else { return nil }
    descriptor = FileDescriptor(owning: raw)
    var status = stat()
    guard fstat(raw, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      status.st_ino == file.inode
    else { return nil }
    // What was cut off since is lost.
    size = min(file.size, Int(status.st_size))
    entityTag = "\"\(fingerprint([file.path, "\(file.inode)", "\(size)"]).hex.prefix(32))-1\""
  }

  /// Sends these bytes, and nothing that was written after the end.
  func send(_ range: Range<Int>, to writer: any ContentWriter) async throws {
    var position = range.lowerBound
    while position < range.upperBound {
      let bytes = try read(upTo: min(Self.piece, range.upperBound - position), at: position)
      try await writer.write(bytes)
      position += bytes.count
    }
  }

  private func read(upTo count: Int, at position: Int) throws(Truncated) -> [UInt8] {
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      initialized = max(0, pread(descriptor.rawValue, buffer.baseAddress, count, position))
    }
    guard !bytes.isEmpty else { throw Truncated() }
    return bytes
  }
}
