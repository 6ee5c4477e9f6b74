import JSON
import Testing

@Suite struct JSONParserTests {
  @Test(arguments: [
    ("null", JSONValue.null),
    (" \t\r\n true \n", .bool(true)),
    ("false", .bool(false)),
    ("-7", .number(JSONNumber(-7))),
    ("[]", .array([])),
    ("[ null , [ ] ]", .array([.null, .array([])])),
    ("{}", .object(JSONObject())),
    (#"{ "a" : 1 }"#, .object(JSONObject([.init(name: "a", value: .number(JSONNumber(1)))]))),
    (#""""#, .string("")),
    ("\"grüße 🚀 \u{7F} \u{FFFF}\"", .string("grüße 🚀 \u{7F} \u{FFFF}")),
    (#""\" \\ \/ \b \f \n \r \t""#, .string("\" \\ / \u{8} \u{C} \n \r \t")),
    (#""\u0041\u00e9\u20AC\uD83D\ude80\u0000\uffff""#, .string("Aé€🚀\0\u{FFFF}")),
    (#""é\n\u00e9é""#, .string("é\néé")),
  ])
  func `a text is read as the value it stands for`(text: String, value: JSONValue) throws {
    #expect(try JSONValue(text) == value)
  }

  @Test func `members keep their order`() throws {
    let object = try #require(try JSONValue(#"{"z":1,"a":2,"m":3}"#).asObject)
    #expect(object.members.map(\.name) == ["z", "a", "m"])
    #expect(object["a"]?.asNumber?.int == 2)
    #expect(object["b"] == nil)
  }

  @Test func `canonically equivalent names are different names`() throws {
    let value = try JSONValue(#"{"\u00e9":1,"e\u0301":2}"#)
    #expect(value["\u{E9}"]?.asNumber?.int == 1)
    #expect(value["e\u{301}"]?.asNumber?.int == 2)
    #expect(try JSONValue(#"{"\u00e9":1}"#) != JSONValue(#"{"e\u0301":1}"#))
    #expect(try JSONValue(#""\u00e9""#) != JSONValue(#""e\u0301""#))
  }

  @Test func `as many arrays may be open as the caller says`() {
    #expect(failure(in: "[[{\"a\":[]}]]", maximumDepth: 4) == nil)
    #expect(failure(in: "1", maximumDepth: 0) == nil)
    #expect(failure(in: "[[],[],[[]]]", maximumDepth: 3) == nil)

    let error = failure(in: "[[{\"a\":[]}]]", maximumDepth: 3)
    #expect(error?.rule == .tooDeep)
    #expect(error?.offset == 7)
    #expect(error?.pointer.description == "/0/0/a")
  }

  @Test(arguments: [Int.min, -1, 0, 32, 512, .max])
  func `a hundred thousand nested arrays do not exhaust the stack`(maximumDepth: Int) {
    let arrays = [UInt8](repeating: UInt8(ascii: "["), count: 100_000)
    #expect(failure(in: arrays, maximumDepth: maximumDepth)?.rule == .tooDeep)
    let objects = String(repeating: #"{"a":"#, count: 100_000)
    #expect(failure(in: objects, maximumDepth: maximumDepth)?.rule == .tooDeep)
  }

  @Test func `the deepest text that is ever accepted is read, compared, written and freed`() throws
  {
    let text = String(repeating: "[", count: 512) + String(repeating: "]", count: 512)
    let value = try JSONValue(text, maximumDepth: .max)
    #expect(try value == JSONValue(text, maximumDepth: .max))
    #expect(written { $0.value(value) } == text)
  }

  @Test func `a hundred thousand members are read`() throws {
    let text = "{" + (0..<100_000).map { "\"m\($0)\":\($0)" }.joined(separator: ",") + "}"
    let object = try #require(try JSONValue(text).asObject)
    #expect(object.members.count == 100_000)
    #expect(object["m99999"]?.asNumber?.int == 99_999)

    let repeated = text.dropLast() + ",\"m5\":0}"
    #expect(failure(in: String(repeated))?.pointer.description == "/m5")
  }

  /// 2^16 spellings of one string up to canonical equivalence, which `String` hashes alike.
  @Test(.timeLimit(.minutes(1)))
  func `names that Swift holds to be equal do not make an object slow`() throws {
    let names = (0..<1 << 16).map { bits in
      (0..<16).map { bits >> $0 & 1 == 0 ? "\u{E9}" : "e\u{301}" }.joined()
    }
    let text = "{" + names.map { "\"\($0)\":0" }.joined(separator: ",") + "}"
    #expect(try JSONValue(text).asObject?.members.count == 1 << 16)
  }

  static let everything =
    #"{"a\u00e9":[1,-0.5e+10,true,false,null],"é🚀":{"\ud83d\ude80":"\"\\\/\b\f\n\r\tx"},"":[[]]}"#

  @Test func `every strict prefix of a text ends too early`() {
    let bytes = Array(Self.everything.utf8)
    #expect(failure(in: bytes) == nil)
    for end in bytes.indices {
      let error = failure(in: Array(bytes[..<end]))
      #expect(error?.rule == .unexpectedEnd)
      #expect(error?.offset == end)
    }
  }

  @Test func `no change of one byte makes the parser trap`() {
    let bytes = Array(Self.everything.utf8)
    for index in bytes.indices {
      for byte in UInt8.min...UInt8.max {
        var changed = bytes
        changed[index] = byte
        _ = failure(in: changed)?.description
      }
    }
  }
}
