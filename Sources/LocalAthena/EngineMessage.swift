import JSON

/// What `engine.py` says and is told, one JSON object a line; its head has the protocol.
enum EngineMessage {
  /// An interpreter without variables is there.
  case ready
  case outcome(id: String, PythonProcess.Outcome)

  /// Nil for a line that is neither, such as its own complaint about one of ours.
  init?(_ line: [UInt8]) {
    guard let message = try? JSONValue(parsing: line) else { return nil }
    if message["ready"] != nil {
      self = .ready
      return
    }
    guard let id = message["id"]?.asString else { return nil }
    let reason = message["reason"]?.asString
    switch message["state"]?.asString {
    case "COMPLETED": self = .outcome(id: id, .completed)
    case "FAILED": self = .outcome(id: id, .failed(reason ?? "no reason was given"))
    case "CANCELED": self = .outcome(id: id, .canceled(reason))
    default: return nil
    }
  }

  /// The line that has a code block run.
  static func run(_ job: PythonProcess.Job) -> [UInt8] {
    var writer = JSONWriter(reserving: job.code.utf8.count + 512)
    writer.beginObject()
    writer.member("id", job.id)
    writer.member("code", job.code)
    writer.member("stdout", job.outputs.path(of: .stdout))
    writer.member("stderr", job.outputs.path(of: .stderr))
    writer.endObject()
    return writer.bytes + [UInt8(ascii: "\n")]
  }

  /// The line that has it stopped.
  static func interrupt(_ id: String) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("interrupt", id)
    writer.endObject()
    return writer.bytes + [UInt8(ascii: "\n")]
  }
}

/// Cuts what a pipe brings into lines.
struct LineBuffer {
  /// No line of the engine is nearly as long.
  private static let limit = 1 << 20
  private var bytes: [UInt8] = []

  mutating func append(_ new: UnsafeRawBufferPointer) {
    if bytes.count + new.count > Self.limit { bytes = [] }
    bytes.append(contentsOf: new)
  }

  /// The next whole line, without its end.
  mutating func next() -> [UInt8]? {
    guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
    defer { bytes.removeSubrange(...end) }
    return Array(bytes[..<end])
  }
}
