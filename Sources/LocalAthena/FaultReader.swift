import JSON

/// Reads a fault as it is put:
///
///     {"operation": "GetObject", "count": 2, "fault": {"code": "SlowDown", "status": 503, "message": "…"}}
///
/// `operation` is one of the operations, GetObject, HeadObject or `*` (the default); `count` is 1 by
/// default; `fault` is one of `{"code", "status", "message"}` (the last two can be left out),
/// `{"delayMilliseconds": N}`, `{"cutOff": true}`, `{"garbage": true}`.
enum FaultReader {
  /// What is wrong with the body, for its author.
  struct Problem: Error {
    let text: String

    init(_ text: String) {
      self.text = text
    }
  }

  static func read(_ body: [UInt8]) throws(Problem) -> Faults.Entry {
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue(parsing: body)
    } catch {
      throw Problem("The body is not JSON: \(error)")
    }
    guard let object = value.asObject else {
      throw Problem("The body must be an object, not \(value.kind).")
    }
    var reader = JSONObjectReader(object)
    let operation = reader.string("operation") ?? "*"
    let count = reader.integer("count") ?? 1
    let effect = reader.object("fault") { read(&$0) } ?? nil
    reader.finish()
    if !operations.contains(operation) {
      reader.record("must be one of \(operations.joined(separator: ", "))", at: "operation")
    }
    if !(1...1_000_000).contains(count) {
      reader.record("must be from 1 to 1000000", at: "count")
    }
    if effect == nil, reader.findings.isEmpty { reader.record(forms, at: "fault") }
    guard let effect, reader.findings.isEmpty else {
      throw Problem(
        reader.findings.map { "\($0.pointer) \($0.detail)" }.joined(separator: "\n"))
    }
    return Faults.Entry(operation: operation, count: count, effect: effect)
  }

  private static let operations = Operation.all.map(\.name) + ["GetObject", "HeadObject", "*"]

  private static let forms = """
    must be exactly one of {"code": "…", "status": 400, "message": "…"}, \
    {"delayMilliseconds": 500}, {"cutOff": true}, {"garbage": true}
    """

  /// Nil where it is none of the four, or more than one.
  private static func read(_ reader: inout JSONObjectReader) -> Faults.Effect? {
    var effects: [Faults.Effect] = []
    let status = reader.integer("status")
    let message = reader.string("message")
    if let code = reader.string("code") {
      effects.append(
        .error(code: code, message: message ?? "This fault was asked for.", status: status ?? 400))
    }
    if let milliseconds = reader.integer("delayMilliseconds") {
      effects.append(.delay(milliseconds))
      if !(0...600_000).contains(milliseconds) {
        reader.record("must be from 0 to 600000", at: "delayMilliseconds")
      }
    }
    if reader.boolean("cutOff") == true { effects.append(.cutOff) }
    if reader.boolean("garbage") == true { effects.append(.garbage) }
    if let status, !(400...599).contains(status) {
      reader.record("must be from 400 to 599", at: "status")
    }
    return effects.count == 1 ? effects[0] : nil
  }
}
