import HTTPMessage
import Testing

@Suite struct MaskedURLTests {
  @Test(arguments: [
    ("https://h/p", "https://h/p"), ("https://h/p?token=x", "https://h/p?***"),
    ("https://h/p#token", "https://h/p#***"), ("https://u:secret@h:1/p", "https://***@h:1/p"),
    ("https://u:p@secret@h/p?token=x", "https://***@h/p?***"),
    // A password that nobody has encoded, or an address in a query: which one, only its writer knows.
    ("https://u:hunt?er2@h", "https://***"), ("https://u:hunt#er2@h/p", "https://***"),
    ("https://h/p?mail=a@b&token=x", "https://***"),
    ("u:secret@h", "***@h"), ("u:x@://h", "***@://h"), ("", ""),
  ])
  func `what may be a secret is not shown`(url: String, shown: String) {
    #expect(MaskedURL(url).description == shown)
  }
}
