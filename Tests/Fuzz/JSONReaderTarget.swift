@testable import JSON

/// The JSON reader: what it accepts is written so that it reads the same again, and what it refuses is
/// explained in a bounded text.
func checkJSONReader(_ bytes: Span<UInt8>) {
  let text = bytes.withUnsafeBufferPointer { Array($0) }
  do throws(JSONError) {
    let value = try JSONValue(parsing: text)
    check(value)
    let written = write(value)
    require(try JSONValue(parsing: written) == value, "written and read again it is another value")
    require(write(try JSONValue(parsing: written)) == written, "written twice it is another text")
    // RFC 8259 §2: white space around a text changes nothing.
    require(try JSONValue(parsing: space + text + space) == value, "white space matters")
    // A text that ends before its end is none, but for a number, which may end anywhere.
    if case .number = value { return }
    let end = text.lastIndex { !space.contains($0) }!
    require((try? JSONValue(parsing: Array(text[..<end]))) == nil, "a part is a whole")
  } catch {
    check(error, in: text)
  }
}

private let space = Array("\t\n\r ".utf8)

private func write(_ value: JSONValue) -> [UInt8] {
  var writer = JSONWriter()
  writer.value(value)
  return writer.bytes
}

private func check(_ error: JSONError, in text: [UInt8]) {
  require(error.offset <= text.count, "the error is behind the text")
  require(error.pointer.tokens.count <= 32, "the pointer is deeper than the limit")
  require(error.pointer.tokens.allSatisfy { $0.unicodeScalars.count <= 65 }, "a token is not cut")
  let hasControls = error.description.unicodeScalars.contains { $0.value < 32 || $0.value == 127 }
  require(!hasControls, "the description has control characters")
  // The same text up to the error can't be refused later.
  if error.rule != .unexpectedEnd, error.rule != .duplicateMember {
    let begin = Array(text.prefix(error.offset + 1))
    require((try? JSONValue(parsing: begin)) == nil, "it is no error where it is said to be")
  }
}

private func check(_ value: JSONValue) {
  switch value {
  case .null, .bool: break
  case .string(let text): require(!text.utf8.contains(0xFF), "a string is no UTF-8")
  case .number(let number): check(number)
  case .array(let elements): elements.forEach(check)
  case .object(let object):
    for (index, member) in object.members.enumerated() {
      check(member.value)
      require(object[member.name] == member.value, "a member is hidden by one before it")
      let isSecond = object.members[..<index].contains { $0.name.hasSameBytes(as: member.name) }
      require(!isSecond, "two members have one name")
    }
    checkReader(object)
  }
}

/// Every typed question can be asked of every member.
private func checkReader(_ object: JSONObject) {
  var reader = JSONObjectReader(object)
  for member in object.members.prefix(10) {
    _ = (reader.string(member.name), reader.integer(member.name), reader.boolean(member.name))
    _ = (reader.number(member.name), reader.array(member.name), reader.object(member.name))
  }
  reader.finish()
  require(reader.findings.count <= JSONObjectReader.maximumFindings, "the findings are not bounded")
}

private func check(_ number: JSONNumber) {
  guard let int = number.int else { return }
  // An integer of 64 bits is finite, and its nearest double is the literal's own.
  require(number.double == Double(int), "an integer is another number")
}
