import JSON

/// The input of an operation: reads members by name and holds them to the model's constraints.
///
/// What breaks a constraint is gathered, and thrown by ``check()`` in Athena's own words, all of it in
/// one message. A member that nobody asks for is ignored, as AWS does.
struct Input {
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
    _ name: String, length: ClosedRange<Int>
  ) throws(ServiceError) -> String? {
    guard let value = present(name) else { return nil }
    guard let text = value.asString else {
      throw .serialization("\(path)\(name): \(value.kind) can not be converted to a String")
    }
    let count = text.unicodeScalars.count
    if count < length.lowerBound {
      violate(name, "Member must have length greater than or equal to \(length.lowerBound)")
    }
    if count > length.upperBound {
      violate(name, "Member must have length less than or equal to \(length.upperBound)")
    }
    return text
  }

  /// Empty where it is absent, which ``check()`` then throws.
  mutating func requiredString(
    _ name: String, length: ClosedRange<Int>
  ) throws(ServiceError) -> String {
    if let text = try string(name, length: length) { return text }
    violate(name, "Member must not be null")
    return ""
  }

  /// Reads the members of a structure; nil where it is absent.
  mutating func structure<Value>(
    _ name: String, _ read: (inout Input) throws(ServiceError) -> Value
  ) throws(ServiceError) -> Value? {
    guard let value = present(name) else { return nil }
    guard let object = value.asObject else {
      throw .serialization("\(path)\(name): \(value.kind) where a structure is expected")
    }
    var input = Input(object, path: path + Self.lowerCamelCase(name) + ".")
    let result = try read(&input)
    violations += input.violations
    return result
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

  private mutating func violate(_ name: String, _ constraint: String) {
    violations.append(
      "Value at '\(path)\(Self.lowerCamelCase(name))' failed to satisfy constraint: \(constraint)")
  }

  private static func lowerCamelCase(_ name: String) -> String {
    name.prefix(1).lowercased() + name.dropFirst()
  }
}
