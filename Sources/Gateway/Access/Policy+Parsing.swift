import Athena
import HTTPTypes
import JSON

extension Policy {
  /// Everything that is wrong with a policy's text.
  public struct Fault: Error, Equatable, CustomStringConvertible {
    public let description: String
  }

  /// Reads a policy:
  ///
  ///     {"rules": [{"callers": ["key:nightly"], "workGroups": ["reports"], "methods": ["GET", "POST"]}]}
  public init(parsing bytes: [UInt8]) throws(Fault) {
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue(parsing: bytes)
    } catch {
      throw Fault(description: "not JSON as RFC 8259 has it: \(error.description(in: bytes))")
    }
    guard let object = value.asObject else {
      throw Fault(description: "must be an object, not \(value.kind)")
    }
    var reader = JSONObjectReader(object)
    if reader.value("rules") == nil { reader.record("is required", at: "rules") }
    rules = (reader.objects("rules") { Rule(&$0) } ?? []).compactMap(\.self)
    reader.finish()
    if let fault = reader.fault { throw Fault(description: fault) }
  }
}

extension Policy.Rule {
  /// nil where something is missing, which is recorded.
  fileprivate init?(_ reader: inout JSONObjectReader) {
    let callers = reader.texts("callers", isRequired: true) { text in
      CallerPattern(text) == nil
        ? "must be '*', 'anonymous', or begin with key:, token: or certificate:, as in key:nightly; a '*' may "
          + "stand at its end" : nil
    }
    let workGroups = reader.texts("workGroups", isRequired: true) { text in
      text == "*" ? nil : Athena.Shape.workGroup.fault(in: .string(text))
    }
    let sessions = reader.texts("sessions") { Athena.Shape.sessionID.fault(in: .string($0)) }
    let methods = reader.texts("methods", isRequired: true) { text in
      Self.methods[text] == nil ? "must be GET (which has HEAD with it), POST or DELETE" : nil
    }
    allowsCodeURI = reader.boolean("codeUri") ?? false
    guard let callers, let workGroups, let methods else { return nil }
    self.callers = callers.compactMap(CallerPattern.init)
    self.workGroups =
      workGroups.contains("*") ? .any : .named(Set(workGroups.map { Array($0.utf8) }))
    self.sessions = sessions.map { Set($0.map { Array($0.utf8) }) }
    self.methods = Set(methods.compactMap { Self.methods[$0] })
  }

  private static let methods: [String: HTTPRequest.Method] = [
    "GET": .get, "POST": .post, "DELETE": .delete,
  ]
}

extension JSONObjectReader {
  /// Reads an array of at least one text, each of which is judged; nil where it is not there.
  ///
  /// - Parameter fault: What is wrong with a text; nil where nothing is.
  fileprivate mutating func texts(
    _ name: String, isRequired: Bool = false, _ fault: (String) -> String?
  ) -> [String]? {
    guard let values = array(name) else {
      if isRequired, value(name) == nil { record("is required", at: name) }
      return nil
    }
    if values.isEmpty { record("must have at least one element", at: name) }
    var texts: [String] = []
    for (index, value) in values.enumerated() {
      let place = pointer.appending(name).appending(index)
      guard let text = value.asString else {
        record("must be a string, not \(value.kind)", at: place)
        continue
      }
      if let fault = fault(text) { record(fault, at: place) }
      texts.append(text)
    }
    return texts
  }
}
