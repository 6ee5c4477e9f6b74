public import JSON

extension Shape {
  /// Who has written a value, and how it is to be judged.
  public enum Origin: Sendable {
    /// Athena: in its own names. Null is no value, members that are added one day are passed over, and
    /// types alone are judged.
    case athena
    /// A caller of the REST API: in lowerCamelCase. Everything is judged.
    case caller
  }
}

extension JSONObjectReader {
  /// Reads the members of a structure into Athena's names. What is wrong is recorded, and left out.
  public mutating func structure(
    _ members: [Shape.Member], from origin: Shape.Origin
  ) -> JSONObject {
    var structure = JSONObject()
    for member in members {
      let name = origin == .caller ? member.lowerCamelCase : member.name
      guard let value = value(name), origin == .caller || value != .null else {
        if member.isRequired, origin == .caller { record("is required", at: name) }
        continue
      }
      if let value = read(value, as: member.shape, at: pointer.appending(name), from: origin) {
        structure.members.append(.init(name: member.name, value: value))
      }
    }
    return structure
  }

  private mutating func read(
    _ value: JSONValue, as shape: Shape, at place: JSONPointer, from origin: Shape.Origin
  ) -> JSONValue? {
    if origin == .caller, let fault = shape.fault(in: value) {
      record(fault, at: place)
      return nil
    }
    switch (shape, value) {
    case (.string, .string), (.boolean, .bool): return value
    case (.timestamp, .number(let number)) where number.double != nil: return value
    case (.integer, .number(let number)):
      guard let int = number.int else {
        record("must be an integer of at most 64 bits", at: place)
        return nil
      }
      return .number(JSONNumber(int))
    case (.list(let element), .array(let values)):
      return .array(
        values.enumerated().compactMap { index, value in
          read(value, as: element, at: place.appending(index), from: origin)
        })
    case (.map(let key, let element), .object(let object)):
      return .object(
        JSONObject(
          object.members.compactMap { member in
            let place = place.appending(member.name.shortened)
            if origin == .caller, let fault = key.fault(in: .string(member.name)) {
              record("has a name that \(fault)", at: place)
            }
            return read(member.value, as: element, at: place, from: origin).map {
              .init(name: member.name, value: $0)
            }
          }))
    case (.structure(let members), .object(let object)):
      return .object(read(object, as: members, at: place, from: origin))
    default:
      record("must be \(shape.kind), not \(value.kind)", at: place)
      return nil
    }
  }

  private mutating func read(
    _ object: JSONObject, as members: [Shape.Member], at place: JSONPointer,
    from origin: Shape.Origin
  ) -> JSONObject {
    var reader = JSONObjectReader(object, at: place, allowsUnknownMembers: origin == .athena)
    let structure = reader.structure(members, from: origin)
    reader.finish()
    for finding in reader.findings { record(finding.detail, at: finding.pointer) }
    return structure
  }
}

extension Shape {
  /// What such a value is, with its article, for messages.
  fileprivate var kind: String {
    switch self {
    case .string: "a string"
    case .integer: "an integer"
    case .boolean: "a boolean"
    case .timestamp: "a number"
    case .list: "an array"
    case .map, .structure: "an object"
    }
  }
}
