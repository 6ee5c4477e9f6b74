import HTTPMessage
import HTTPTypes
import Testing

@testable import HTTPServer

/// The rules of a request's head, and for each what breaks it with the status of its refusal.
@Suite struct MalformedRequestTests {
  static let requestLines: [(String, Int)] = [
    ("GET /", 400), ("GET  / HTTP/1.1", 400), ("GET / HTTP/1.1 ", 400), (" GET / HTTP/1.1", 400),
    ("GET\t/\tHTTP/1.1", 400), (" / HTTP/1.1", 400), ("G@T / HTTP/1.1", 400), ("", 400),
    ("GET / HTTP/1.1\r", 400), ("GET / http/1.1", 400), ("GET / HTTP/1.10", 400),
    ("GET / HTTP/x.1", 400), ("GET / HTTP/1,1", 400), ("GET / HTTPS1.1", 400),
    ("GET / HTTP/1", 400), ("G\u{E9}T / HTTP/1.1", 400), ("\u{16}\u{3}\u{1}\u{2}", 400),
    (String(repeating: "A", count: 33) + " / HTTP/1.1", 400), ("GET /\0 HTTP/1.1", 400),
    ("GET / HTTP/2.0", 505), ("PRI * HTTP/2.0", 505), ("GET / HTTP/0.9", 505),
    ("GET / HTTP/3.0", 505), ("GET /\(String(repeating: "a", count: 8192)) HTTP/1.1", 414),
    ("GET /\(String(repeating: "a", count: 20_000)) HTTP/1.1", 414),
  ]

  @Test(arguments: requestLines)
  func `a request line is a method, a target and a version with one space between each`(
    line: String, status: Int
  ) {
    expect(status, of: "\(line)\r\nHost: a\r\n\r\n")
  }

  static let targets = [
    "*", "a", "a:80", "/a#b", "/%", "/%4", "/%4g", "/%zz", "/%00", "/a?b=%", "/a?%00", "/\u{E9}",
    "/\u{7F}", "/\u{1}", "/a\u{B}", "http://", "http:///a", "http://u@b/", "http://u:p@b/",
    "http://b:65536/", "http://b:x/", "http://[::1/", "http://[]/", "http://[::1]a/",
    "/a\\b", "/a\"b", "/a<b", "/a>b", "/a^b", "/a`b", "/a{b", "/a|b", "/a}b", "/?\\", "/?\"",
    "/a%0d%0aB:%20c", "/%1F", "/%7F", "/%7f?a", "http://b/%0A",
    "http://b,c/", "ftp://b/", "http:/b", "http//b",
  ]

  @Test(arguments: targets)
  func `a target is a path or an http URL of a URI's characters, well escaped`(target: String) {
    expect(400, of: "GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n")
  }

  @Test(arguments: [
    "/", "http://b/", "b/c", "u@b:1", "b:x", "b,c:1", "b", "b:", "[::1]", "[::1]:", ":80", "*",
    "b:65536",
  ])
  func `the target of CONNECT is a host with its port`(target: String) {
    expect(400, of: "CONNECT \(target) HTTP/1.1\r\nHost: a\r\n\r\n")
  }

  @Test(arguments: [
    "", "Host:\r\n", "Host: \t\r\n", "Host: a\r\nHost: a\r\n", "Host: a\r\nhost: b\r\n",
    "Host: a, b\r\n", "Host: a,b\r\n", "Host: a b\r\n", "Host: u@a\r\n", "Host: a/b\r\n",
    "Host: a:x\r\n", "Host: a:65536\r\n", "Host: a:123456\r\n", "Host: :80\r\n",
    "Host: a:80:80\r\n",
    "Host: [\r\n", "Host: []\r\n", "Host: [::1\r\n", "Host: [::1]x\r\n", "Host: [g]\r\n",
    "Host: ::1\r\n", "Host: http://a\r\n", "Host: a?b\r\n", "Host: a#b\r\n", "Host: \u{E9}\r\n",
  ])
  func `an HTTP/1.1 request has one Host, a name or address with an optional port`(fields: String) {
    expect(400, of: "GET / HTTP/1.1\r\n\(fields)\r\n")
  }

  @Test(arguments: [
    "a : b", "a\t: b", ": b", "a", "a b: c", "(a): b", "a\u{E9}: b", "a\0: b", "\"a\": b", " a: b",
    "\ta: b", " folded", "a: b\rc", "a: b\0c", "a: \u{1}", "a: b\u{7F}", "a: b\u{B}", "a: b\u{C}",
    "a: b\r",
  ])
  func `a field line is a name, a colon right after it, and a value without controls`(
    line: String
  ) {
    expect(400, of: "GET / HTTP/1.1\r\nHost: a\r\n\(line)\r\n\r\n")
    expect(400, of: "GET / HTTP/1.1\r\n\(line)\r\nHost: a\r\n\r\n")
  }

  @Test(arguments: [
    "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET / HTTP/1.1\nHost: a\n\n", "GET / HTTP/1.1\r\nHost: a\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\n\n", "GET / HTTP/1.1\r\nHost: a\r\r\n\r\n",
    "GET / HTTP/1.1\rHost: a\r\r\n\r\n", "\rGET / HTTP/1.1\r\nHost: a\r\n\r\n",
  ])
  func `a line ends in CR LF, and one empty line is forgiven`(request: String) {
    expect(400, of: request)
  }

  @Test(arguments: [
    "", "+5", "-1", "0x5", "1_0", "5 5", "5, 5", "5,5", "5;", "5.0", "\u{B2}",
    "5\r\nContent-Length: 5",
    "5\r\nContent-Length: 6", "0\r\nContent-Length: 0", "00", "05", "012",
    "9223372036854775808", "18446744073709551617", "99999999999999999999",
    String(repeating: "9", count: 400), "5\u{B}", "\u{C}5",
  ])
  func `Content-Length is one plain decimal number`(value: String) {
    expect(400, of: "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(value)\r\n\r\n")
  }

  @Test(arguments: [
    ("chunked, gzip", 400), ("xchunked", 400), ("chunkedx", 400), ("", 400), (", chunked", 400),
    ("chunked,", 400), ("chunked, chunked", 400), ("\u{B}chunked", 400), ("chunked\u{C}", 400),
    ("chunked\0", 400), ("\"chunked\"", 400), ("identity", 400), ("chunked;q=1", 400),
    ("chunked chunked", 400), ("chunked\r\nTransfer-Encoding: chunked", 400),
    ("chunked\r\nTransfer-Encoding: gzip", 400), ("chunked\r\nContent-Length: 5", 400),
    ("chunked\r\nContent-Length: 0", 400), ("gzip, chunked", 501),
    ("gzip\r\nTransfer-Encoding: chunked", 501),
  ])
  func `chunked is the last transfer coding, once, alone and without Content-Length`(
    value: String, status: Int
  ) {
    expect(status, of: "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \(value)\r\n\r\n")
  }

  @Test(arguments: ["Content_Length: 5", "content_LENGTH: 0", "Transfer_Encoding: chunked"])
  func `a name that others take for a framing field's is refused`(line: String) {
    expect(400, of: "POST / HTTP/1.1\r\nHost: a\r\n\(line)\r\n\r\n")
  }

  @Test func `a method that goes on and on is told from a long target before the line ends`() {
    let letters = String(repeating: "A", count: 20_000)
    expect(400, of: letters)
    expect(400, of: "\r\n\(letters)")
    expect(414, of: "A \(letters)")
  }

  @Test func `Transfer-Encoding goes with HTTP/1.1`() {
    expect(400, of: "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n")
    expect(400, of: "POST / HTTP/1.0\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n")
    expect(
      400,
      of: "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n")
  }

  @Test(arguments: [
    "x", "", "a=b", "100-continue;q=1", "100-continue, x", "100-continue\r\nExpect: x",
  ])
  func `an expectation other than 100-continue is told apart`(value: String) throws {
    let head = try head("POST / HTTP/1.1\r\nHost: a\r\nExpect: \(value)\r\n\r\n")
    #expect(head.expectation == .unknown)
  }

  @Test(arguments: ["a b", "\"a\"", "close, a b"])
  func `Connection is a list of tokens`(value: String) {
    expect(400, of: "GET / HTTP/1.1\r\nHost: a\r\nConnection: \(value)\r\n\r\n")
  }

  @Test(arguments: [("", true), ("close,", false), (",close", false), ("a, ,b", true), (",", true)])
  func `an empty member of Connection is passed over`(value: String, persists: Bool) throws {
    let head = try head("GET / HTTP/1.1\r\nHost: a\r\nConnection: \(value)\r\n\r\n")
    #expect(head.persists == persists)
  }

  private func head(_ request: String) throws -> RequestHead {
    guard case .complete(let head, _) = RequestParser(limits: Limits()).parse(latin1(request).span)
    else { throw NeverHappened() }
    return head
  }

  /// No prefix of a malformed request is taken for a whole one, and none that is refused is forgiven.
  private func expect(_ status: Int, of request: String) {
    let bytes = latin1(request)
    var refused = false
    // A long one is of one letter for the most part.
    let step = bytes.count / 1000 + 1
    for count in Array(stride(from: 0, to: bytes.count, by: step)) + [bytes.count] {
      let refusal = withGuarded(bytes[..<count]) { span -> Refusal? in
        switch RequestParser(limits: Limits()).parse(span) {
        case .complete:
          Issue.record("\(count) bytes are taken for a whole request")
          return nil
        case .needsMore:
          #expect(!refused, "\(count) bytes are forgiven")
          return nil
        case .malformed(let refusal): return refusal
        }
      }
      refused = refusal != nil
      if count == bytes.count { #expect(refusal?.status.code == status) }
    }
  }
}
