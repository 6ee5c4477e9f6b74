import EventLoop
import HTTPMessage
import HTTPTypes
import JSON
import Testing

@testable import Gateway

/// The problem that `body` ends in; nil where it ends well.
func problem<Value>(_ body: () throws(Problem) -> Value) -> Problem? {
  do throws(Problem) {
    _ = try body()
    return nil
  } catch {
    return error
  }
}

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

extension Problem {
  /// Each finding as `pointer detail`.
  var faults: [String] { findings.map { "\($0.pointer) \($0.detail)" } }
}

extension Response {
  /// Its own and the standing ones, as they are sent.
  var allFields: HTTPFields {
    var all = fields
    all.append(contentsOf: standing.fields)
    return all
  }

  /// The content; nil where it is streamed.
  var text: String? {
    switch content {
    case .none: ""
    case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
    case .stream: nil
    }
  }

  var json: JSONValue? { text.flatMap { try? JSONValue(parsing: Array($0.utf8)) } }

  /// The same response, its stream read to its end.
  func collected() async throws -> Response {
    guard case .stream(let length, let write) = content else { return self }
    let writer = CollectingWriter()
    try await write(writer)
    #expect(length == nil || length == writer.bytes.count)
    var response = self
    response.content = .bytes(writer.bytes)
    return response
  }

  /// What of it can leave its loop.
  var answer: Answer { Answer(self) }
}

private final class CollectingWriter: ContentWriter {
  private(set) var bytes: [UInt8] = []

  func write(_ bytes: [UInt8]) async throws {
    self.bytes += bytes
  }
}

/// A response without its stream.
struct Answer: Sendable {
  let status: HTTPResponse.Status
  let fields: HTTPFields
  /// The content; nil where it is streamed.
  let text: String?
  /// The length of a stream.
  let length: Int?

  init(_ response: Response) {
    status = response.status
    fields = response.allFields
    text = response.text
    length = if case .stream(let length, _) = response.content { length } else { nil }
  }

  var json: JSONValue? { text.flatMap { try? JSONValue(parsing: Array($0.utf8)) } }
}
