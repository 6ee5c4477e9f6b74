import Testing

@testable import Gateway

struct MediaTypeTests {
  @Test(
    arguments: [
      ("application/json", "application/json", nil),
      ("Application/JSON", "application/json", nil),
      (" text/x-python\t; charset=UTF-8 ", "text/x-python", "utf-8"),
      ("text/x-python;charset=\"UTF-8\"", "text/x-python", "utf-8"),
      ("text/x-python; Charset=latin1", "text/x-python", "latin1"),
      ("text/x-python;;", "text/x-python", nil),
      ("text/x-python; a=b; c=\"d e\"", "text/x-python", nil),
      ("text/x-python; charset=\"\"", "text/x-python", ""),
    ] as [(String, String, String?)])
  func `A media type has an essence and perhaps a charset`(
    text: String, essence: String, charset: String?
  ) throws {
    let type = try #require(MediaType(text))
    #expect(type.essence == essence)
    #expect(type.charset == charset)
  }

  @Test(arguments: [
    "", "json", "/", "a/", "/b", "a/b/c", "a b/c", "a/b c", "a/b; c", "a/b; =c", "a/b; c=",
    "a/b; charset", "a/b; charset=x; charset=x", "a/b; c=\"", "a/b; c=\"d\"e\"", "a/b; c=d e",
    "application/json, application/json", "text/x-python; a=b, text/plain", "é/b",
  ])
  func `Anything else is none`(text: String) {
    #expect(MediaType(text)?.essence == nil)
  }
}
