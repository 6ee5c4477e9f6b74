import HTTPMessage

extension Response {
  /// The same head, half of the content, and then the end of the connection.
  var cutOff: Response {
    var response = self
    switch content {
    case .none: break
    case .bytes(let bytes):
      response.content = .stream(length: bytes.count) { writer in
        try await writer.write(Array(bytes.prefix(bytes.count / 2)))
        throw CutOff()
      }
    case .stream(let length, let write):
      response.content = .stream(length: length) { writer in
        try await write(CuttingWriter(writer, after: (length ?? 0) / 2))
        throw CutOff()
      }
    }
    return response
  }
}

/// Ends a response before its end. It aborts the connection, as everything does that a stream throws.
private struct CutOff: Error {}

private final class CuttingWriter: ContentWriter {
  private let writer: any ContentWriter
  private var rest: Int

  init(_ writer: any ContentWriter, after length: Int) {
    self.writer = writer
    rest = length
  }

  func write(_ bytes: [UInt8]) async throws {
    let part = Array(bytes.prefix(rest))
    rest -= part.count
    try await writer.write(part)
    if part.count < bytes.count { throw CutOff() }
  }
}
