import HTTPMessage
import HTTPTypes

/// One request and its answer on a connection: what the handler reads from and writes to.
final class Exchange: RequestBody, ContentWriter {
  let connection: Connection
  let isHead: Bool
  let isHTTP10: Bool
  /// Whether the request itself allows another one to follow.
  let persists: Bool

  private var expectsContinue: Bool
  private var body: BodyReader
  private var failure: Refusal?
  private var reader: UnsafeContinuation<Void, Never>?
  /// Of the answer; its length is what remains to be written.
  private var framing = ResponseEncoder.Framing.none

  /// - Parameter body: The content, or why none of it will be read.
  init(
    _ head: borrowing RequestHead, body: Result<BodyReader, Refusal>, connection: Connection
  ) {
    self.connection = connection
    switch body {
    case .success(let body): self.body = body
    case .failure(let refusal): (self.body, failure) = (.empty, refusal)
    }
    isHead = head.method == .head
    isHTTP10 = head.isHTTP10
    persists = head.persists && head.expectation != .unknown
    expectsContinue = head.expectation == .continue
  }

  /// An exchange of nothing but a refusal, after which the connection ends.
  init(refusingOn connection: Connection) {
    self.connection = connection
    body = .empty
    isHead = false
    isHTTP10 = false
    persists = false
    expectsContinue = false
  }

  // MARK: The request's content

  /// Whether the handler waits for content.
  var isReading: Bool { reader != nil }

  /// Whether the next byte on the connection belongs to another request.
  var hasWholeBody: Bool { failure == nil && body.isComplete }

  /// Takes what belongs to the content, and returns how many bytes that was.
  func consume(_ bytes: Span<UInt8>) -> Int {
    guard failure == nil, !body.isComplete else { return 0 }
    do throws(Refusal) {
      let count = try body.consume(bytes)
      // The peer has not waited for a 100, so it needs none (RFC 9110 §10.1.1).
      if count > 0 { expectsContinue = false }
      if body.isComplete { resumeReader() }
      return count
    } catch {
      fail(error)
      return 0
    }
  }

  /// Ends the content before it is whole.
  func fail(_ refusal: Refusal) {
    if failure == nil { failure = refusal }
    resumeReader()
  }

  func collect(upTo limit: Int) async throws(Refusal) -> [UInt8] {
    if failure == nil, !body.isComplete { await rest() }
    if let failure { throw failure }
    guard body.content.count <= limit else { throw .contentTooLarge(limit: limit) }
    return body.takeContent()
  }

  private func rest() async {
    await withUnsafeContinuation { continuation in
      reader = continuation
      connection.readBody(sendsContinue: expectsContinue)
    }
  }

  private func resumeReader() {
    guard let reader else { return }
    self.reader = nil
    connection.stopReadingBody()
    reader.resume()
  }

  // MARK: The answer

  /// Sends the answer and leaves the connection to the next request, or ends it.
  func respond(_ response: Response) async {
    framing = framing(of: response)
    // What is left of the request's content would have to be read and thrown away first.
    let closes = !persists || !hasWholeBody || framing == .close
    do {
      switch response.content {
      case .none: try await connection.send(response, framing, closes: closes, content: [])
      case .bytes(let bytes):
        try await connection.send(
          response, framing, closes: closes, content: hasContent(response) ? bytes : [])
      case .stream(_, let write):
        try await connection.send(response, framing, closes: closes, content: [])
        if hasContent(response) { try await stream(write) }
      }
      connection.finish(closes: closes)
    } catch {
      connection.close()
    }
  }

  private func stream(_ write: (any ContentWriter) async throws -> Void) async throws {
    try await write(self)
    if case .length(let missing) = framing, missing > 0 { throw LengthMismatch() }
    try await connection.send { ResponseEncoder.end(framing: framing, into: &$0) }
    // Nothing more may follow, from a writer that was kept either.
    framing = .length(0)
  }

  func write(_ bytes: [UInt8]) async throws {
    if case .length(let remaining) = framing {
      guard bytes.count <= remaining else { throw LengthMismatch() }
      framing = .length(remaining - bytes.count)
    }
    try await connection.send { ResponseEncoder.piece(bytes, framing: framing, into: &$0) }
  }

  /// Streamed content that is not as long as its response declared: the peer would read the rest of it
  /// from the next answer.
  struct LengthMismatch: Error {}

  /// RFC 9110 §6.4.1: no content in the answer to HEAD, nor in a 204 or 304.
  private func hasContent(_ response: borrowing Response) -> Bool {
    !isHead && response.status != .noContent && response.status != .notModified
  }

  private func framing(of response: borrowing Response) -> ResponseEncoder.Framing {
    guard response.status != .noContent, response.status != .notModified else { return .none }
    return switch response.content {
    case .none: .length(0)
    case .bytes(let bytes): .length(bytes.count)
    case .stream(let length?, _): .length(length)
    case .stream(nil, _): isHead ? .none : isHTTP10 ? .close : .chunked
    }
  }
}
