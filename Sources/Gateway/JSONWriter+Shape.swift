import Athena
import CivilTime
import JSON

extension JSONWriter {
  /// Members that stand beside those of the structure that they are members of.
  private static let flattened = ["Status", "Statistics"]

  /// Writes the members of a structure of Athena's in the form of the REST API: names in lowerCamelCase,
  /// times of RFC 3339, status and statistics flattened.
  mutating func members(of structure: JSONObject, _ members: [Shape.Member]) {
    for member in members {
      guard let value = structure[member.name] else { continue }
      if Self.flattened.contains(member.name), case .structure(let inner) = member.shape {
        self.members(of: value.asObject ?? JSONObject(), inner)
      } else {
        name(member.lowerCamelCase)
        self.value(value, of: member.shape)
      }
    }
  }

  private mutating func value(_ value: JSONValue, of shape: Shape) {
    switch (shape, value) {
    case (.timestamp, .number(let number)):
      if let seconds = number.double { string(rfc3339(secondsSince1970: seconds)) }
    case (.structure(let members), .object(let object)):
      beginObject()
      self.members(of: object, members)
      endObject()
    case (.list(let element), .array(let values)):
      beginArray()
      for value in values { self.value(value, of: element) }
      endArray()
    case (.map(_, let element), .object(let object)):
      beginObject()
      for member in object.members {
        name(member.name)
        self.value(member.value, of: element)
      }
      endObject()
    default: self.value(value)
    }
  }
}
