/// Arrays and objects: RFC 8259 sections 4 and 5.
extension JSONParser {
  mutating func array() throws(JSONError) -> [JSONValue] {
    var elements: [JSONValue] = []
    guard try open(until: UInt8(ascii: "]")) else { return elements }
    repeat {
      do {
        elements.append(try value())
      } catch {
        throw error.within(String(elements.count))
      }
    } while try anotherFollows(until: UInt8(ascii: "]"))
    return elements
  }

  mutating func object() throws(JSONError) -> JSONObject {
    var object = JSONObject()
    var names = DistinctNames()
    guard try open(until: UInt8(ascii: "}")) else { return object }
    repeat {
      let start = position
      let name = try self.name()
      guard names.insert(name, following: object.members) else {
        throw JSONError(.duplicateMember, at: start).within(name)
      }
      do {
        object.members.append(JSONObject.Member(name: name, value: try value()))
      } catch {
        throw error.within(name)
      }
    } while try anotherFollows(until: UInt8(ascii: "}"))
    return object
  }

  /// Reads up to the value of a member.
  private mutating func name() throws(JSONError) -> String {
    guard try current() == UInt8(ascii: "\"") else { throw JSONError(.missingName, at: position) }
    let name = try string()
    skipSpace()
    guard try current() == UInt8(ascii: ":") else { throw JSONError(.missingColon, at: position) }
    position += 1
    skipSpace()
    return name
  }

  /// Reads the opening bracket, and the closing one too if nothing stands between them: then the
  /// answer is false.
  private mutating func open(until closing: UInt8) throws(JSONError) -> Bool {
    guard depth < maximumDepth else { throw JSONError(.tooDeep, at: position) }
    depth += 1
    position += 1
    skipSpace()
    return try !close(with: closing)
  }

  /// Reads a comma, or the closing bracket: then the answer is false.
  private mutating func anotherFollows(until closing: UInt8) throws(JSONError) -> Bool {
    skipSpace()
    if try close(with: closing) { return false }
    let comma = position
    guard bytes[comma] == UInt8(ascii: ",") else { throw JSONError(.missingComma, at: comma) }
    position += 1
    skipSpace()
    guard try current() != closing else { throw JSONError(.trailingComma, at: comma) }
    return true
  }

  private mutating func close(with closing: UInt8) throws(JSONError) -> Bool {
    guard try current() == closing else { return false }
    depth -= 1
    position += 1
    return true
  }
}
