import Testing
import URIEncoding

@Suite struct PercentEncodingTests {
  @Test func `what is encoded is what was decoded, for every byte of UTF-8`() throws {
    let text = String(String.UnicodeScalarView((0...0x2FF).compactMap(Unicode.Scalar.init))) + "😀"
    #expect(try PercentEncoding.decode(PercentEncoding.encode(text).utf8.span) == text)
  }

  @Test(arguments: [
    ("", ""), ("a-z_0.~", "a-z_0.~"), ("a b", "a%20b"), ("+", "%2B"), ("/", "%2F"),
    ("é", "%C3%A9"), ("%41", "%2541"), ("😀", "%F0%9F%98%80"),
  ])
  func `all but unreserved characters is encoded`(text: String, encoded: String) {
    #expect(PercentEncoding.encode(text) == encoded)
  }

  @Test(arguments: [
    ("a/b c", "a/b%20c"), ("/a//..", "/a//.."), ("/", "/"), ("", ""), ("a/\u{301}", "a/%CC%81"),
  ])
  func `a path keeps its slashes and its empty segments`(path: String, encoded: String) {
    #expect(PercentEncoding.encode(path: path) == encoded)
  }

  @Test(arguments: ["%", "%4", "%4g", "%g1", "a%", "%%41"])
  func `a triplet without two digits is refused`(text: String) {
    #expect(throws: PercentEncoding.DecodingError.incompleteTriplet) {
      try PercentEncoding.decode(text.utf8.span)
    }
  }

  @Test(arguments: ["%FF", "%C3", "%ED%A0%80", "%C0%80", "%C3%28"])
  func `bytes that are no UTF-8 are refused`(text: String) {
    #expect(throws: PercentEncoding.DecodingError.notUTF8) {
      try PercentEncoding.decode(text.utf8.span)
    }
  }

  @Test func `a plus is a space only where it is asked to be`() throws {
    #expect(try PercentEncoding.decode("a+b%2B".utf8.span) == "a+b+")
    #expect(try PercentEncoding.decode("a+b%2B".utf8.span, plusIsSpace: true) == "a b+")
  }
}
