/// Reads the members of an object by name and type, and gathers all that is wrong with them
/// instead of stopping at the first.
///
///     var reader = JSONObjectReader(body)
///     let codeBlock = reader.string("codeBlock")
///     let timeout = reader.integer("timeoutSeconds")
///     reader.finish()
///     guard reader.findings.isEmpty else { ... }
public struct JSONObjectReader: Sendable {
  /// One thing that is wrong, as the rest of a sentence about the value at `pointer`.
  public struct Finding: Sendable, Equatable {
    public let detail: String
    public let pointer: JSONPointer

    public init(detail: String, pointer: JSONPointer) {
      self.detail = detail
      self.pointer = pointer
    }
  }

  /// Findings beyond these are not recorded, so that a hostile object gets a small answer.
  public static let maximumFindings = 32

  public let pointer: JSONPointer

  /// In the order in which the members were asked for.
  public private(set) var findings: [Finding] = []

  private let object: JSONObject
  let nullIsAbsent: Bool
  let allowsUnknownMembers: Bool
  private var asked: [String] = []

  /// - Parameters:
  ///   - pointer: Where the object stands in its text.
  ///   - nullIsAbsent: Whether a null member counts as absent, as it does in AWS JSON 1.1, or as
  ///     a member of the wrong type.
  ///   - allowsUnknownMembers: Whether ``finish()`` passes over what was not asked for: a service
  ///     may add members to its answers, a caller's unknown member is a mistake.
  public init(
    _ object: JSONObject, at pointer: JSONPointer = .root, nullIsAbsent: Bool = false,
    allowsUnknownMembers: Bool = false
  ) {
    self.object = object
    self.pointer = pointer
    self.nullIsAbsent = nullIsAbsent
    self.allowsUnknownMembers = allowsUnknownMembers
  }

  /// Any value, null among them: only an absent member is nil.
  public mutating func value(_ name: String) -> JSONValue? {
    if !asked.contains(where: { $0.hasSameBytes(as: name) }) { asked.append(name) }
    return object[name]
  }

  public mutating func string(_ name: String) -> String? {
    typed(name, "a string", \.asString)
  }

  public mutating func boolean(_ name: String) -> Bool? {
    typed(name, "a boolean", \.asBool)
  }

  public mutating func number(_ name: String) -> JSONNumber? {
    typed(name, "a number", \.asNumber)
  }

  public mutating func array(_ name: String) -> [JSONValue]? {
    typed(name, "an array", \.asArray)
  }

  public mutating func object(_ name: String) -> JSONObject? {
    typed(name, "an object", \.asObject)
  }

  /// A number that is exactly an `Int`, however it is spelled.
  public mutating func integer(_ name: String) -> Int? {
    guard let number = typed(name, "an integer", \.asNumber) else { return nil }
    let value = number.int
    if value == nil {
      record("must be an integer of at most 64 bits, not \(number.text.shortened)", at: name)
    }
    return value
  }

  /// Reads and finishes the object in that member; what is wrong there is recorded here.
  public mutating func object<Value>(
    _ name: String, reading read: (inout JSONObjectReader) -> Value
  ) -> Value? {
    guard let object = object(name) else { return nil }
    var reader = JSONObjectReader(
      object, at: pointer.appending(name), nullIsAbsent: nullIsAbsent,
      allowsUnknownMembers: allowsUnknownMembers)
    let value = read(&reader)
    reader.finish()
    for finding in reader.findings { record(finding.detail, at: finding.pointer) }
    return value
  }

  /// Records a finding of the caller's own about a member, such as "is required".
  public mutating func record(_ detail: String, at name: String) {
    record(detail, at: pointer.appending(name.shortened))
  }

  public mutating func record(_ detail: String, at pointer: JSONPointer) {
    guard findings.count < Self.maximumFindings else { return }
    findings.append(Finding(detail: detail, pointer: pointer))
  }

  /// Records each member that was not asked for. To be called once, after the last question.
  public mutating func finish() {
    guard !allowsUnknownMembers else { return }
    let members =
      asked.isEmpty ? "there are none" : "the members are " + asked.joined(separator: ", ")
    for member in object.members where findings.count < Self.maximumFindings {
      if asked.contains(where: { $0.hasSameBytes(as: member.name) }) { continue }
      record("is not a member of this object; \(members)", at: member.name)
    }
  }

  private mutating func typed<Value>(
    _ name: String, _ kind: String, _ cast: (JSONValue) -> Value?
  ) -> Value? {
    guard let value = value(name) else { return nil }
    if nullIsAbsent, value == .null { return nil }
    let typed = cast(value)
    if typed == nil { record("must be \(kind), not \(value.kind)", at: name) }
    return typed
  }
}
