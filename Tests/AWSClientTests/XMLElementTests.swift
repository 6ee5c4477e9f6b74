import Testing

@testable import AWSClient

struct XMLElementTests {
  private func parse(_ text: String) throws(XMLError) -> XMLElement {
    try XMLElement(parsing: Array(text.utf8))
  }

  @Test func `Names, nesting and text are what is read`() throws {
    let root = try parse(
      """
      \u{FEFF}<?xml version="1.0" encoding="UTF-8"?>
      <!-- a > comment -->
      <a:ErrorResponse xmlns:a="https://sts.amazonaws.com/doc/2011-06-15/" b = 'c>"'>
        <Error><Code>Access<!-- x -->Denied</Code><Empty/><Empty2 /></Error >
        <RequestId>r</RequestId>
      </a:ErrorResponse>

      """)
    #expect(root.name == "ErrorResponse")
    #expect(root["Error"]?["Code"]?.text == "AccessDenied")
    #expect(root["Error"]?["Empty"] == XMLElement(name: "Empty"))
    #expect(root["Error"]?.children.map(\.name) == ["Code", "Empty", "Empty2"])
    #expect(root["RequestId"]?.text == "r")
    #expect(root["None"] == nil)
  }

  @Test(arguments: [
    ("&lt;&gt;&quot;&apos;&amp;", "<>\"'&"), ("&amp;lt;", "&lt;"), ("&#10;&#xA;&#x1F600;", "\n\n😀"),
    ("é", "é"), ("a > b ]]", "a > b ]]"),
  ])
  func `References are what they stand for`(text: String, value: String) throws {
    #expect(try parse("<a>\(text)</a>").text == value)
  }

  @Test func `A child that is there twice is none`() throws {
    let root = try parse("<a><b>1</b><b>2</b><c>3</c></a>")
    #expect(root["b"] == nil)
    #expect(root["c"]?.text == "3")
  }

  /// Hostile and broken documents.
  @Test(arguments: [
    "", " ", "a", "{}", "<", "<a", "<a>", "<a><b></a></b>", "</a>", "<a></b>", "<a></a", "<a/><b/>",
    "<a/>x", "x<a/>", "<a>&</a>", "<a>&b;</a>", "<a>&#0;</a>", "<a>&#xD800;</a>", "<a>&#+10;</a>",
    "<a>&#99999999999;</a>", "<a>&lt</a>", "<a b></a>", "<a b=c></a>", "<a b=\"c></a>",
    "<a b='1'c='2'/>", "<1a/>", "< a/>", "<a><![CDATA[x]]></a>", "<a><?pi?></a>", "<!-- <a/>",
    "<!DOCTYPE a><a/>", "<!DOCTYPE a [<!ENTITY b \"cc\">]><a>&b;</a>", "<?xml", "<?xml ?>",
  ])
  func `What is not well-formed, or not AWS's, is refused`(text: String) {
    #expect(throws: XMLError.self) { try parse(text) }
  }

  @Test func `Bytes that are not UTF-8 are refused`() {
    #expect(throws: XMLError(reason: "is not UTF-8", position: 0)) {
      try XMLElement(parsing: Array("<a>".utf8) + [0xFF] + Array("</a>".utf8))
    }
  }

  @Test func `A document may not be deep`() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "<a>", count: depth) + String(repeating: "</a>", count: depth)
    }
    _ = try parse(nested(16))
    #expect(throws: XMLError.self) { try parse(nested(17)) }
    #expect(throws: XMLError.self) { try parse(String(repeating: "<a>", count: 100_000)) }
  }

  /// Every prefix of a document is refused: nothing that was cut off is taken for whole.
  @Test func `A document that breaks off is refused wherever it does`() {
    let text = "<?xml version='1.0'?><a b='c'><d>e&lt;</d><!-- f --><g/></a>"
    for length in 0..<text.utf8.count {
      #expect(throws: XMLError.self) {
        try XMLElement(parsing: Array(text.utf8.prefix(length)))
      }
    }
  }

  @Test func `No change of one byte is a trap`() {
    let document = Array("<?xml version='1.0'?><a b='c'><d>e&#x41;&lt;</d><!-- f --><g/></a>".utf8)
    for index in document.indices {
      for byte in Array("<>/&;#x!?-='\" a0".utf8) + [0, 0x80, 0xFF] {
        var changed = document
        changed[index] = byte
        _ = try? XMLElement(parsing: changed)
      }
    }
  }
}
