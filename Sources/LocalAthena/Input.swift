import JSON

/// The input of an operation: reads members by name and holds them to the model's constraints.
///
/// What breaks a constraint is gathered, and thrown by ``check()`` in Athena's own words, all of it in
/// one message. A member that nobody asks for is ignored, as AWS does.
struct Input {
  /// What was asked for and is there.
  private(set) var taken = JSONObject()
  private let object: JSONObject
  /// Where the object stands in the input, with a dot behind it.
  private let path: String
  private var violations: [String] = []

  init(parsing body: [UInt8]) throws(ServiceError) {
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue(parsing: body)
    } catch {
      throw .serialization(error.description)
    }
    guard let object = value.asObject else {
      throw .serialization("Start of structure expected, found \(value.kind)")
    }
    self.init(object, path: "")
  }

  private init(_ object: JSONObject, path: String) {
    self.object = object
    self.path = path
  }

  /// - Parameter length: How many characters (Unicode scalars, as Smithy counts) it may have.
  mutating func string(
    _ name: String, length: ClosedRange<Int> = 0...Int.max, pattern: Pattern? = nil
  ) throws(ServiceError) -> String? {
    guard let value = present(name) else { return nil }
    guard let text = value.asString else { throw mismatch(name, value, "a String") }
    for violation in TextRule(length, pattern).violations(of: text) { violate(name, violation) }
    take(name, value)
    return text
  }

  /// Empty where it is absent, which ``check()`` then throws.
  mutating func requiredString(
    _ name: String, length: ClosedRange<Int> = 0...Int.max, pattern: Pattern? = nil
  ) throws(ServiceError) -> String {
    try string(name, length: length, pattern: pattern) ?? missing(name, "")
  }

  mutating func integer(_ name: String, in range: ClosedRange<Int>) throws(ServiceError) -> Int? {
    guard let value = present(name) else { return nil }
    guard let number = value.asNumber?.int else { throw mismatch(name, value, "an Integer") }
    if number < range.lowerBound {
      violate(name, "Member must have value greater than or equal to \(range.lowerBound)")
    }
    if number > range.upperBound {
      violate(name, "Member must have value less than or equal to \(range.upperBound)")
    }
    take(name, value)
    return number
  }

  mutating func boolean(_ name: String) throws(ServiceError) -> Bool? {
    guard let value = present(name) else { return nil }
    guard let bool = value.asBool else { throw mismatch(name, value, "a Boolean") }
    take(name, value)
    return bool
  }

  mutating func requiredBoolean(_ name: String) throws(ServiceError) -> Bool {
    try boolean(name) ?? missing(name, false)
  }

  /// One of the names that an enumeration has.
  mutating func enumeration<Name: RawRepresentable<String> & CaseIterable>(
    _ name: String, _: Name.Type
  ) throws(ServiceError) -> Name? {
    guard let text = try string(name) else { return nil }
    if let value = Name(rawValue: text) { return value }
    let names = Name.allCases.map(\.rawValue).joined(separator: ", ")
    violate(name, "Member must satisfy enum value set: [\(names)]")
    return nil
  }

  /// Reads the members of a structure; nil where it is absent.
  mutating func structure<Value>(
    _ name: String, _ read: (inout Input) throws(ServiceError) -> Value
  ) throws(ServiceError) -> Value? {
    guard let value = present(name) else { return nil }
    guard let object = value.asObject else { throw mismatch(name, value, "a structure") }
    let (result, taken) = try self.read(object, at: Self.lowerCamelCase(name), read)
    take(name, .object(taken))
    return result
  }

  /// Reads the members of each structure of a list.
  mutating func structures(
    _ name: String, _ read: (inout Input) throws(ServiceError) -> Void
  ) throws(ServiceError) {
    guard let value = present(name) else { return }
    guard let list = value.asArray else { throw mismatch(name, value, "a list") }
    var elements: [JSONValue] = []
    for (index, element) in list.enumerated() {
      guard let object = element.asObject else { throw mismatch(name, element, "a structure") }
      let place = "\(Self.lowerCamelCase(name)).\(index + 1).member"
      elements.append(.object(try self.read(object, at: place, read).taken))
    }
    take(name, .array(elements))
  }

  private mutating func read<Value>(
    _ object: JSONObject, at place: String, _ read: (inout Input) throws(ServiceError) -> Value
  ) throws(ServiceError) -> (Value, taken: JSONObject) {
    var input = Input(object, path: "\(path)\(place).")
    let result = try read(&input)
    violations += input.violations
    return (result, input.taken)
  }

  /// A map of texts.
  mutating func map(_ name: String, keys: TextRule, values: TextRule) throws(ServiceError) {
    guard let entries = try entries(of: name) else { return }
    var (ofKeys, ofValues): (Set<String>, Set<String>) = ([], [])
    for entry in entries {
      guard let text = entry.value.asString else { throw mismatch(name, entry.value, "a String") }
      ofKeys.formUnion(keys.violations(of: entry.name))
      ofValues.formUnion(values.violations(of: text))
    }
    for (what, broken) in [("keys", ofKeys), ("value", ofValues)] where !broken.isEmpty {
      let all = broken.sorted().joined(separator: ", ")
      violate(name, "Map \(what) must satisfy constraint: [\(all)]")
    }
    take(name, .object(JSONObject(entries)))
  }

  /// A map of lists of texts, for which the model has no constraints.
  mutating func mapOfLists(_ name: String) throws(ServiceError) {
    guard let entries = try entries(of: name) else { return }
    for entry in entries {
      guard let list = entry.value.asArray else { throw mismatch(name, entry.value, "a list") }
      for element in list where element.asString == nil {
        throw mismatch(name, element, "a String")
      }
    }
    take(name, .object(JSONObject(entries)))
  }

  /// Sorted by keys: their order has no meaning, and SDKs change it from call to call.
  private func entries(of name: String) throws(ServiceError) -> [JSONObject.Member]? {
    guard let value = present(name) else { return nil }
    guard let object = value.asObject else { throw mismatch(name, value, "a map") }
    return object.members.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  /// Throws what is wrong with the members read so far.
  func check() throws(ServiceError) {
    guard !violations.isEmpty else { return }
    let errors = violations.count == 1 ? "error" : "errors"
    throw .invalidRequest(
      "\(violations.count) validation \(errors) detected: "
        + violations.joined(separator: "; "))
  }

  /// A null is no value in AWS JSON 1.1.
  private func present(_ name: String) -> JSONValue? {
    guard let value = object[name], value != .null else { return nil }
    return value
  }

  private mutating func take(_ name: String, _ value: JSONValue) {
    taken.members.append(JSONObject.Member(name: name, value: value))
  }

  mutating func missing<Value>(_ name: String, _ substitute: Value) -> Value {
    violate(name, "Member must not be null")
    return substitute
  }

  private mutating func violate(_ name: String, _ constraint: String) {
    violations.append(
      "Value at '\(path)\(Self.lowerCamelCase(name))' failed to satisfy constraint: \(constraint)")
  }

  private func mismatch(_ name: String, _ value: JSONValue, _ type: String) -> ServiceError {
    .serialization("\(path)\(name): \(value.kind) can not be converted to \(type)")
  }

  private static func lowerCamelCase(_ name: String) -> String {
    name.prefix(1).lowercased() + name.dropFirst()
  }
}
