import JSON
import Logging
import Testing

@testable import Log

@Suite struct LogLineTests {
  private func line(_ format: LogFormat, _ write: (inout LogLine) -> Void) -> String {
    var line = LogLine(format)
    line.begin(.info, "GET / 200")
    write(&line)
    line.end()
    return String(decoding: line.bytes, as: UTF8.self)
  }

  @Test func `A line of text names moment, level, message and values`() {
    let line = line(.text) { line in
      line.field("caller", "key:report")
      line.field("absent", nil)
      line.field("bytes", 12)
      line.field("seconds", .microseconds(1_500_042))
      line.field("words", "a b")
      line.field("empty", "")
    }
    let moment = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (.*)\n/
    #expect(
      line.wholeMatch(of: moment)?.1
        == #"info GET / 200 caller=key:report bytes=12 seconds=1.500042 words="a b" empty="""#)
  }

  @Test func `A line of JSON is an object with the same`() throws {
    let line = line(.json) { line in
      line.field("caller", "key:report")
      line.field("absent", nil)
      line.field("bytes", 12)
      line.field("seconds", .microseconds(1_500_042))
    }
    #expect(line.hasSuffix("}\n"))
    let object = try #require(try JSONValue(parsing: Array(line.dropLast().utf8)).asObject)
    #expect(
      object.members.map(\.name) == [
        "time", "level", "message", "caller", "bytes", "seconds",
      ])
    #expect(object["level"]?.asString == "info")
    #expect(object["message"]?.asString == "GET / 200")
    #expect(line.contains(#","seconds":1.500042}"#))
  }

  @Test(arguments: LogFormat.allCases)
  func `A message of words and a number is as if it were one text`(format: LogFormat) throws {
    for word in ["POST", "", "a b", "a=b", #"a"b\"#, "a\nb", "ä\u{202e}"] {
      for number in [0, 7, 200, -1, .max, .min] {
        var (parts, whole) = (LogLine(format), LogLine(format))
        parts.begin(.info, word, "/x", number)
        whole.begin(.info, "\(word) /x \(number)")
        // Behind the moment, which is of 24 bytes.
        let start = format == .text ? 24 : 33
        #expect(parts.bytes[start...] == whole.bytes[start...])
      }
    }
  }

  /// One with a byte of interest at each place: values are looked at many bytes at once.
  @Test(arguments: [1, 2, 8, 15, 16, 17, 31, 32, 33, 47, 48, 64, 100])
  func `A value is a word, or has quotes, whatever place of it is why`(length: Int) {
    let written: [(Character, String, inQuotes: Bool)] = [
      ("x", "x", false), ("~", "~", false), ("!", "!", false), ("<", "<", false),
      (" ", " ", true), ("=", "=", true), ("\"", #"\""#, true), ("\\", #"\\"#, true),
      ("\u{1f}", #"\\u{1f}"#, true), ("\u{7f}", #"\\u{7f}"#, true), ("ä", "ä", true),
      ("\0", #"\\u{0}"#, true),
    ]
    for (character, text, inQuotes) in written {
      for place in 0..<length {
        let before = String(repeating: "a", count: place)
        let after = String(repeating: "a", count: length - place - 1)
        let line = line(.text) { $0.field("v", "\(before)\(character)\(after)") }
        let quote = inQuotes ? "\"" : ""
        #expect(line.hasSuffix(" v=\(quote)\(before)\(text)\(after)\(quote)\n"))
      }
    }
  }

  @Test func `A part of a text is written as a text is`() {
    let text = "one two=three"
    let line = line(.text) { line in
      line.field("a", text.prefix(3))
      line.field("b", text.dropFirst(4))
      line.field("c", text.prefix(0))
    }
    #expect(line.hasSuffix(" a=one b=\"two=three\" c=\"\"\n"))
  }

  @Test func `Numbers are written with all their digits`() {
    let line = line(.json) { line in
      line.field("most", Int.max)
      line.field("least", Int.min)
      line.field("zero", 0)
      line.field("short", .microseconds(7))
      line.field("before", .seconds(-1))
      line.field("long", .seconds(1_234_567) + .microseconds(999_999))
    }
    #expect(
      line.hasSuffix(
        #","most":9223372036854775807,"least":-9223372036854775808,"zero":0,"short":0.000007"#
          + #","before":0.000000,"long":1234567.999999}"# + "\n"))
  }

  static let hostile = [
    "a\nb", "a\r\n2026-01-01T00:00:00.000Z info forged", "\u{1b}[2J", "\u{9b}2J", "a\u{202e}b",
    "\u{2028}", "\0", "\u{7f}", #"a" caller="root"#, #"\"#, "a=b", "a\u{85}b", "\t",
  ]

  @Test(arguments: hostile, LogFormat.allCases)
  func `No value breaks its line or steers a terminal`(value: String, format: LogFormat) throws {
    var line = LogLine(format)
    line.begin(.error, value)
    line.field("value", value)
    line.field("after", "word")
    line.end()
    let text = String(decoding: line.bytes, as: UTF8.self)
    #expect(text.unicodeScalars.count { $0 == "\n" } == 1 && text.hasSuffix("\n"))
    let steering = text.unicodeScalars.dropLast().filter {
      [.control, .format, .lineSeparator, .paragraphSeparator].contains(
        $0.properties.generalCategory)
    }
    #expect(steering.isEmpty)
    switch format {
    case .text: #expect(text.hasSuffix(" after=word\n"))
    case .json:
      let object = try #require(try JSONValue(parsing: Array(text.dropLast().utf8)).asObject)
      #expect(object.members.map(\.name) == ["time", "level", "message", "value", "after"])
    }
  }

  @Test(arguments: LogFormat.allCases)
  func `However long a value is, a line stays small`(format: LogFormat) {
    for text in ["x", "ä", "\u{1b}", "e\u{301}", "\""] {
      let long = String(repeating: text, count: 1 << 17)
      var line = LogLine(format)
      line.begin(.info, long)
      line.field("value", long)
      line.end()
      #expect(line.bytes.count < 16384)
      #expect(String(validating: line.bytes, as: UTF8.self) != nil)
    }
  }
}
