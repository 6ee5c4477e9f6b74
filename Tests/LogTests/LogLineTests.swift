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
