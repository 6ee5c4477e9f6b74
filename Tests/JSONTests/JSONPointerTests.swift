import JSON
import Testing

@Suite struct JSONPointerTests {
  /// The examples of RFC 6901 section 5.
  @Test(arguments: [
    ([], ""),
    (["foo", "0"], "/foo/0"),
    ([""], "/"),
    (["a/b"], "/a~1b"),
    (["c%d"], "/c%d"),
    (["k\"l"], "/k\"l"),
    ([" "], "/ "),
    (["m~n"], "/m~0n"),
    (["~1"], "/~01"),
    (["a/\u{301}"], "/a~1\u{301}"),
  ])
  func `a pointer is written as in RFC 6901`(tokens: [String], text: String) {
    let pointer = tokens.reduce(JSONPointer()) { $0.appending($1) }
    #expect(pointer.description.unicodeScalars.elementsEqual(text.unicodeScalars))
    #expect(pointer.tokens == tokens)
  }

  @Test func `an index is a token like any other`() {
    #expect(JSONPointer.root.appending("a").appending(0).description == "/a/0")
  }

  @Test func `canonically equivalent pointers are different`() {
    #expect(JSONPointer.root.appending("\u{E9}") != JSONPointer.root.appending("e\u{301}"))
  }
}
