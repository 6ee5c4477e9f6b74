import JSON
import Testing

@Suite struct JSONObjectReaderTests {
  private func reader(_ text: String, nullIsAbsent: Bool = false) throws -> JSONObjectReader {
    let object = try #require(try JSONValue(text).asObject)
    return JSONObjectReader(object, at: JSONPointer().appending("r"), nullIsAbsent: nullIsAbsent)
  }

  private func texts(_ reader: JSONObjectReader) -> [String] {
    reader.findings.map { "\($0.pointer) \($0.detail)" }
  }

  @Test func `members of the right type are read`() throws {
    var reader = try reader(#"{"s":"x","i":1.0,"n":0.5,"b":true,"a":[1],"o":{"k":1},"v":null}"#)
    #expect(reader.string("s") == "x")
    #expect(reader.integer("i") == 1)
    #expect(reader.number("n")?.double == 0.5)
    #expect(reader.boolean("b") == true)
    #expect(reader.array("a")?.count == 1)
    #expect(reader.object("o")?["k"]?.asNumber?.int == 1)
    #expect(reader.value("v") == .null)
    #expect(reader.string("absent") == nil)
    reader.finish()
    #expect(reader.findings.isEmpty)
  }

  @Test func `all members of a wrong type are found in one go`() throws {
    var reader = try reader(#"{"s":1,"i":"1","f":1.5,"n":[],"b":null,"a":{},"o":true}"#)
    #expect(reader.string("s") == nil)
    #expect(reader.integer("i") == nil)
    #expect(reader.integer("f") == nil)
    #expect(reader.number("n") == nil)
    #expect(reader.boolean("b") == nil)
    #expect(reader.array("a") == nil)
    #expect(reader.object("o") == nil)
    reader.finish()
    #expect(
      texts(reader) == [
        "/r/s must be a string, not a number",
        "/r/i must be an integer, not a string",
        "/r/f must be an integer of at most 64 bits, not 1.5",
        "/r/n must be a number, not an array",
        "/r/b must be a boolean, not null",
        "/r/a must be an array, not an object",
        "/r/o must be an object, not a boolean",
      ])
  }

  @Test func `null counts as absent if the caller says so`() throws {
    var reader = try reader(#"{"s":null,"o":{"i":null}}"#, nullIsAbsent: true)
    #expect(reader.string("s") == nil)
    #expect(reader.object("o") { $0.integer("i") } == .some(nil))
    reader.finish()
    #expect(reader.findings.isEmpty)
  }

  @Test func `members that nobody asked for are found`() throws {
    var reader = try reader(#"{"x":1,"e\u0301":"s","b":1,"\u00e9":2}"#)
    _ = reader.string("e\u{301}")
    _ = reader.integer("b")
    _ = reader.integer("b")
    reader.finish()
    #expect(
      texts(reader) == [
        "/r/x is not a member of this object; the members are e\u{301}, b",
        "/r/\u{E9} is not a member of this object; the members are e\u{301}, b",
      ])
  }

  @Test func `an object without members says so`() throws {
    var reader = try reader(#"{"x":1}"#)
    reader.finish()
    #expect(texts(reader) == ["/r/x is not a member of this object; there are none"])
  }

  @Test func `findings in an inner object join those of the outer one`() throws {
    var reader = try reader(#"{"o":{"i":"x","u":1},"s":1}"#)
    #expect(reader.object("o") { $0.integer("i") } == .some(nil))
    #expect(reader.object("absent") { $0.integer("i") } == nil)
    _ = reader.string("s")
    reader.record("is required", at: "codeBlock")
    reader.finish()
    #expect(
      texts(reader) == [
        "/r/o/i must be an integer, not a string",
        "/r/o/u is not a member of this object; the members are i",
        "/r/s must be a string, not a number",
        "/r/codeBlock is required",
      ])
  }

  @Test func `findings stay few and small whatever the object holds`() throws {
    let long = String(repeating: "n", count: 1_000)
    let digits = String(repeating: "9", count: 1_000)
    let members = (0..<1_000).map { "\"\(long)\($0)\":1" }.joined(separator: ",")
    var reader = try reader("{\"i\":\(digits),\(members)}")
    #expect(reader.integer("i") == nil)
    reader.finish()
    #expect(reader.findings.count == JSONObjectReader.maximumFindings)
    #expect(texts(reader).allSatisfy { $0.utf8.count < 200 })
  }

  @Test func `members of a wrong type are bounded too`() throws {
    let members = (0..<100).map { "\"m\($0)\":1" }.joined(separator: ",")
    var reader = try reader("{\(members)}")
    for index in 0..<100 { _ = reader.string("m\(index)") }
    #expect(reader.findings.count == JSONObjectReader.maximumFindings)
  }
}
