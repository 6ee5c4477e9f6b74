import Crypto
import EventLoop
import Glibc
import HTTPMessage

/// An output that is being sent, a piece at a time.
final class OutputFile {
  /// The file has become shorter since it was opened.
  struct Truncated: Error {}

  private static let piece = 256 * 1024

  /// In bytes, when it was opened.
  let size: Int
  /// Strong: it changes with the file's content. Of S3's form for what was uploaded in parts, which no
  /// client takes for an MD5.
  let entityTag: String
  private let descriptor: FileDescriptor

  /// Nil for what is not a plain file: the code may have put anything there, a link to elsewhere or a pipe
  /// that blocks.
  init?(_ path: String) {
    let raw = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard raw >= 0 else { return nil }
    descriptor = FileDescriptor(owning: raw)
    var status = stat()
    guard fstat(raw, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    size = Int(status.st_size)
    let identity =
      "\(status.st_ino) \(status.st_size) \(status.st_mtim.tv_sec) \(status.st_mtim.tv_nsec)"
    entityTag = "\"\(SHA256.hash(identity).hex.prefix(32))-1\""
  }

  /// Sends `size` bytes, though the file may have grown.
  func send(to writer: any ContentWriter) async throws {
    var sent = 0
    while sent < size {
      let bytes = try read(upTo: min(Self.piece, size - sent))
      try await writer.write(bytes)
      sent += bytes.count
    }
  }

  private func read(upTo count: Int) throws(Truncated) -> [UInt8] {
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      initialized = max(0, Glibc.read(descriptor.rawValue, buffer.baseAddress, count))
    }
    guard !bytes.isEmpty else { throw Truncated() }
    return bytes
  }
}
