import JSON
import Testing

@Suite struct JSONErrorTests {
  struct Case: CustomTestStringConvertible {
    let text: [UInt8]
    let rule: JSONError.Rule
    let offset: Int
    let pointer: String

    init(_ text: String, _ rule: JSONError.Rule, at offset: Int, in pointer: String = "") {
      self.init(bytes: Array(text.utf8), rule, at: offset, in: pointer)
    }

    init(bytes: [UInt8], _ rule: JSONError.Rule, at offset: Int, in pointer: String = "") {
      text = bytes
      self.rule = rule
      self.offset = offset
      self.pointer = pointer
    }

    var testDescription: String { String(decoding: text, as: UTF8.self) }
  }

  static let cases = [
    Case("", .unexpectedEnd, at: 0),
    Case("  ", .unexpectedEnd, at: 2),
    Case("[1", .unexpectedEnd, at: 2),
    Case(#"{"a":tru"#, .unexpectedEnd, at: 8, in: "/a"),
    Case("-", .unexpectedEnd, at: 1),
    Case("1e+", .unexpectedEnd, at: 3),
    Case(#""\""#, .unexpectedEnd, at: 3),

    Case("'a'", .unexpectedByte, at: 0),
    Case("nuLl", .unexpectedByte, at: 2),
    Case("NaN", .unexpectedByte, at: 0),
    Case("+1", .unexpectedByte, at: 0),
    Case(".5", .unexpectedByte, at: 0),
    Case("[1,,2]", .unexpectedByte, at: 3, in: "/1"),
    Case("[]/**/", .trailingContent, at: 2),
    Case("\u{A0}1", .unexpectedByte, at: 0),

    Case("{a:1}", .missingName, at: 1),
    Case(#"[{"a":1,2:3}]"#, .missingName, at: 8, in: "/0"),
    Case(#"{"a" 1}"#, .missingColon, at: 5),
    Case("[1 2]", .missingComma, at: 3),
    Case(#"{"a":[1}"#, .missingComma, at: 7, in: "/a"),
    Case("[1, ]", .trailingComma, at: 2),
    Case(#"{"a":1,}"#, .trailingComma, at: 6),
    Case("{} {}", .trailingContent, at: 3),
    Case("1\0", .trailingContent, at: 1),

    Case("01", .badNumber, at: 1),
    Case("-00", .badNumber, at: 2),
    Case("[1.]", .badNumber, at: 3, in: "/0"),
    Case("-a", .badNumber, at: 1),
    Case("1ee", .badNumber, at: 2),
    Case("[1e-]", .badNumber, at: 4, in: "/0"),

    Case(#"["a\x41"]"#, .badEscape, at: 3, in: "/0"),
    Case(#""\u12""#, .badEscape, at: 1),
    Case(#""\u12G4""#, .badEscape, at: 1),
    Case(#""\u+123""#, .badEscape, at: 1),
    Case(#""\U0041""#, .badEscape, at: 1),
    Case("\"\\\n\"", .badEscape, at: 1),
    Case("\"\\é\"", .badEscape, at: 1),

    Case(#""a\ud800""#, .loneSurrogate, at: 2),
    Case(#""\udc00""#, .loneSurrogate, at: 1),
    Case(#""\ud800\ud800""#, .loneSurrogate, at: 1),
    Case(#""\ud800\u0041""#, .loneSurrogate, at: 1),
    Case(#""\ud800\n""#, .loneSurrogate, at: 1),
    Case(#""\ud800udc00""#, .loneSurrogate, at: 1),
    Case(#""\ud800\u""#, .badEscape, at: 7),

    Case("\"a\nb\"", .controlCharacter, at: 2),
    Case("\"\0\"", .controlCharacter, at: 1),
    Case("{\"\u{1F}\":1}", .controlCharacter, at: 2),

    Case(bytes: [0x22, 0x61, 0xFF, 0x22], .invalidUTF8, at: 2),
    Case(bytes: [0x22, 0xC0, 0xAF, 0x22], .invalidUTF8, at: 1),
    Case(bytes: [0x22, 0xED, 0xA0, 0x80, 0x22], .invalidUTF8, at: 1),
    Case(bytes: [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], .invalidUTF8, at: 1),
    Case(bytes: [0x22, 0x5C, 0x6E, 0xE2, 0x82, 0x22], .invalidUTF8, at: 3),
    Case(bytes: [0x22, 0xC3, 0x5C, 0x6E, 0xA9, 0x22], .invalidUTF8, at: 1),
    Case(bytes: [0xFF], .unexpectedByte, at: 0),

    Case("\u{FEFF}1", .byteOrderMark, at: 0),
    Case(" \u{FEFF}1", .unexpectedByte, at: 1),

    Case(#"{"a":1,"a":1}"#, .duplicateMember, at: 7, in: "/a"),
    Case(#"{"a":1,"\u0061":2}"#, .duplicateMember, at: 7, in: "/a"),
    Case(#"{"b":[0,{"x/y":{"":1,"":2}}]}"#, .duplicateMember, at: 21, in: "/b/1/x~1y/"),
    Case(#"{"a":{"a":1},"b":{"a":1},"a":1}"#, .duplicateMember, at: 25, in: "/a"),
    Case(
      #"{"1":1,"2":2,"3":3,"4":4,"5":5,"6":6,"7":7,"8":8,"9":9,"3":0}"#, .duplicateMember, at: 55,
      in: "/3"),
    Case(
      #"{"1":1,"2":2,"3":3,"4":4,"5":5,"6":6,"7":7,"8":8,"9":9,"9":0}"#, .duplicateMember, at: 55,
      in: "/9"),

    Case(
      String(repeating: "[", count: 33), .tooDeep, at: 32, in: .init(repeating: "/0", count: 32)),
  ]

  @Test(arguments: cases)
  func `a violated rule is named with its place`(_ expected: Case) throws {
    let error = try #require(failure(in: expected.text))
    #expect(error.rule == expected.rule)
    #expect(error.offset == expected.offset)
    #expect(error.pointer.description == expected.pointer)
  }

  @Test(arguments: JSONError.Rule.allCases)
  func `every rule is in the table`(rule: JSONError.Rule) {
    #expect(Self.cases.contains { $0.rule == rule })
  }

  @Test(arguments: [
    (#"{"a":{"b":1,"b":2}}"#, #"a member named "b" appears twice, at byte 12 in /a/b"#),
    ("[1 2]", "a comma or the closing bracket is expected, at byte 3"),
    (#"{"\n\u202e":tru}"#, #"a JSON value is expected, at byte 15 in /\u{a}\u{202e}"#),
  ])
  func `a description is plain English that is safe to print`(text: String, description: String) {
    #expect(failure(in: text)?.description == description)
  }

  @Test(arguments: ["a", "\u{301}", "\\n", "🚀"])
  func `a description stays small whatever the names are`(unit: String) throws {
    let name = String(repeating: unit, count: 10_000)
    let error = try #require(failure(in: #"{"\#(name)":{"\#(name)":1,"\#(name)":1}}"#))
    #expect(error.rule == .duplicateMember)
    #expect(error.pointer.tokens.allSatisfy { $0.unicodeScalars.count == 65 })
    #expect(error.description.utf8.count < 2_000)
  }

  @Test func `a name of 64 scalars is not cut`() {
    let name = String(repeating: "n", count: 64)
    #expect(failure(in: #"{"\#(name)":x}"#)?.pointer == JSONPointer().appending(name))
  }
}
