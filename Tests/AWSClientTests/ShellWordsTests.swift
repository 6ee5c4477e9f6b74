import Testing

@testable import AWSClient

/// Each row is what Python's `shlex.split` gives; nil where it raises ValueError.
struct ShellWordsTests {
  private static let rows: [(text: String, words: [String]?)] = [
    ("", []),
    ("  \t\r\n ", []),
    ("a", ["a"]),
    ("  a \t b\nc  ", ["a", "b", "c"]),
    ("profile \"a b\"", ["profile", "a b"]),
    ("profile 'a b'", ["profile", "a b"]),
    ("profile a b", ["profile", "a", "b"]),
    ("a\"b c\"d", ["ab cd"]),
    ("a\"b\"'c'd", ["abcd"]),
    ("''", [""]),
    ("a '' b", ["a", "", "b"]),
    ("a\\ b", ["a b"]),
    ("\\", nil),
    ("a\\", nil),
    ("\"a\\", nil),
    ("'a\\'", ["a\\"]),
    ("'a\\ b'", ["a\\ b"]),
    ("\"a\\ b\"", ["a\\ b"]),
    ("\"a\\\\b\\\"c\\'d\"", ["a\\b\"c\\'d"]),
    ("\"a\\$b\\`c\"", ["a\\$b\\`c"]),
    ("\\\"a", ["\"a"]),
    ("\"a", nil),
    ("'a", nil),
    ("it's", nil),
    ("a #b", ["a", "#b"]),
    ("a; b | c > d $(e) *", ["a;", "b", "|", "c", ">", "d", "$(e)", "*"]),
    ("a=b \"c\"=\"d e\"", ["a=b", "c=d e"]),
    ("\u{A0}a\u{2003}b é", ["\u{A0}a\u{2003}b", "é"]),
    ("a\u{0B}b", ["a\u{0B}b"]),
    ("\\\na", ["\na"]),
    ("\"a\nb\"", ["a\nb"]),
    ("\u{301}'\u{301} '", ["\u{301}\u{301} "]),
  ]

  @Test(arguments: rows)
  func `A command is split as shlex splits it`(text: String, words: [String]?) {
    #expect(shellWords(text) == words)
  }
}
