import JSON
import Testing

@Suite struct JSONWriterTests {
  @Test func `commas stand between values and nowhere else`() {
    let text = written {
      $0.beginObject()
      $0.name("a")
      $0.beginArray()
      $0.beginArray()
      $0.endArray()
      $0.null()
      $0.bool(true)
      $0.bool(false)
      $0.beginObject()
      $0.endObject()
      $0.string("x")
      $0.endArray()
      $0.name("b")
      $0.int(-1)
      $0.endObject()
    }
    #expect(text == #"{"a":[[],null,true,false,{},"x"],"b":-1}"#)
  }

  @Test func `a member that is nil is left out`() {
    let text = written {
      $0.beginObject()
      $0.member("none", nil as String?)
      $0.member("string", "s")
      $0.member("none", nil as Int?)
      $0.member("int", 1)
      $0.member("none", nil as Double?)
      $0.member("double", 0.5)
      $0.member("none", nil as Bool?)
      $0.member("bool", true)
      $0.member("none", nil as JSONValue?)
      $0.member("value", JSONValue.null)
      $0.endObject()
    }
    #expect(text == #"{"string":"s","int":1,"double":0.5,"bool":true,"value":null}"#)
  }

  @Test(arguments: [
    ("", #""""#),
    ("a\"b\\c/", #""a\"b\\c/""#),
    ("\u{8}\u{9}\u{A}\u{C}\u{D}", #""\b\t\n\f\r""#),
    ("\u{0}\u{B}\u{F}\u{10}\u{1F}", #""\u0000\u000b\u000f\u0010\u001f""#),
    ("\u{7F}é🚀\u{2028}", "\"\u{7F}é🚀\u{2028}\""),
    ("\r\n", #""\r\n""#),
  ])
  func `only what must be escaped is escaped`(text: String, json: String) {
    #expect(written { $0.string(text) } == json)
    #expect(written { $0.name(text) } == json + ":")
    #expect(JSONWriter.length(of: text) == json.utf8.count)
  }

  @Test(arguments: [
    (0, "0"),
    (3, "3"),
    (-2, "-2"),
    (0.1, "0.1"),
    (1e18, "1000000000000000000"),
    (1e20, "1e+20"),
    (.leastNonzeroMagnitude, "5e-324"),
    (-1.5, "-1.5"),
    (.infinity, "null"),
    (-.infinity, "null"),
    (.nan, "null"),
  ])
  func `a double is written so that it reads back the same`(value: Double, json: String) throws {
    #expect(written { $0.double(value) } == json)
    #expect(try JSONValue(json).asNumber?.double == (value.isFinite ? value : nil))
  }

  @Test(arguments: [Int.min, -1, 0, .max])
  func `an integer reads back the same`(value: Int) throws {
    #expect(try JSONValue(written { $0.int(value) }).asNumber?.int == value)
  }

  @Test func `every scalar of the basic plane and some beyond read back the same`() throws {
    let beyond: [UInt32] = [0x10000, 0x1F680, 0x2FFFF, 0xE0001, 0x10FFFF]
    var all = ""
    for scalar in (Array(0...0xFFFF) + beyond).compactMap(Unicode.Scalar.init(_:)) {
      let text = "<\(scalar)>"
      let value = JSONValue.string(text)
      #expect(try JSONValue(written { $0.value(value) }) == value)
      all.unicodeScalars.append(scalar)
    }
    let value = JSONValue.object(JSONObject([.init(name: all, value: .string(all))]))
    #expect(try JSONValue(written { $0.value(value) }) == value)
  }

  @Test func `a value is written as it was read`() throws {
    let text = #"{"b":[1.0,-0,1e400,"\n",{"":null}],"a":[true,false]}"#
    let value = try JSONValue(text)
    #expect(written { $0.value(value) } == text)
  }
}
