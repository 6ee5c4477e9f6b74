import Testing

@testable import Gateway

struct OriginTests {
  @Test(arguments: [
    ("https://app.example", "https://app.example"), ("http://app.example", "http://app.example"),
    ("https://app.example:8443", "https://app.example:8443"),
    ("https://app.example:443", "https://app.example"),
    ("http://app.example:80", "http://app.example"),
    ("http://app.example:443", "http://app.example:443"),
    ("https://App.Example", "https://app.example"), ("http://127.0.0.1:1", "http://127.0.0.1:1"),
    ("http://[::1]:8000", "http://[::1]:8000"), ("http://[FD00::1]", "http://[fd00::1]"),
    ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
    ("http://my_host:65535", "http://my_host:65535"),
  ])
  func `An origin is written as a browser writes it`(text: String, canonical: String) {
    #expect(Origin(text)?.description == canonical)
  }

  @Test(arguments: [
    "", "*", "null", "app.example", "https://", "https://*", "https://*.app.example",
    "https://app.example/",
    "https://app.example/page", "https://app.example?", "https://app.example#",
    "https://a@app.example",
    "https://app.example:", "https://app.example:0", "https://app.example:+80",
    "https://app.example:080",
    "https://app.example:65536", "https://app.example:x",
    "https://app.example, https://other.example",
    "https://app.example ", " https://app.example", "https://bücher.example",
    "https://app%2Eexample",
    "https://[::1", "https://::1", "https://[::1]x", "https://[x]", "HTTPS://app.example",
    "ftp://app.example", "file://",
    "chrome-extension://abc", "//app.example", "https:app.example", "https:///app.example",
    "https://app.example\r\nX: 1", "https://a:1:2",
  ])
  func `What no page of the web is from is no origin`(text: String) {
    #expect(Origin(text) == nil)
  }
}
