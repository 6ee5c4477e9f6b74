import SigV4
import Testing

@Suite struct CanonicalRequestTests {
  @Test func `is six parts with a line feed between them`() {
    let request = SignableRequest(
      method: "POST", path: "/", query: "b=2&a=1",
      headers: [
        ("X-Amz-Target", "AmazonAthena.GetSession"), ("Host", "athena.us-east-1.amazonaws.com"),
        ("x-amz-security-token", "token//="), ("X-Amz-Date", "20150830T123600Z"),
      ], payloadHash: "UNSIGNED-PAYLOAD")
    let canonical = CanonicalRequest(request)
    #expect(
      String(decoding: canonical.text, as: UTF8.self) == """
        POST
        /
        a=1&b=2
        host:athena.us-east-1.amazonaws.com
        x-amz-date:20150830T123600Z
        x-amz-security-token:token//=
        x-amz-target:AmazonAthena.GetSession

        host;x-amz-date;x-amz-security-token;x-amz-target
        UNSIGNED-PAYLOAD
        """)
    #expect(canonical.signedHeaders == "host;x-amz-date;x-amz-security-token;x-amz-target")
  }

  @Test(arguments: [
    ("", "/", "/"), ("/", "/", "/"), ("//", "/", "//"), ("/.", "/", "/."), ("/..", "/", "/.."),
    ("/../../a", "/a", "/../../a"), ("/a/", "/a/", "/a/"), ("/a//b", "/a/b", "/a//b"),
    ("/a/./b/", "/a/b/", "/a/./b/"), ("/a/../b", "/b", "/a/../b"),
    ("/a/b/..", "/a", "/a/b/.."), ("/a/b/../", "/a/", "/a/b/../"), ("/a/.", "/a", "/a/."),
    ("/a/.../b", "/a/.../b", "/a/.../b"), ("/.a", "/.a", "/.a"),
    ("/a b", "/a%20b", "/a%20b"), ("/a%20b", "/a%2520b", "/a%20b"),
    ("/a+b", "/a%2Bb", "/a+b"), ("/a%2Fb", "/a%252Fb", "/a%2Fb"), ("/a%2fb", "/a%252fb", "/a%2fb"),
    ("/ሴ", "/%E1%88%B4", "/%E1%88%B4"), ("/%E1%88%B4", "/%25E1%2588%25B4", "/%E1%88%B4"),
    ("/-._~", "/-._~", "/-._~"), ("/a=b:c@d!$&'()*,;", nil, "/a=b:c@d!$&'()*,;"),
    ("/a=b", "/a%3Db", "/a=b"), ("/a\nb", "/a%0Ab", "/a%0Ab"),
  ])
  func `makes the path canonical by either rule`(path: String, standard: String?, s3: String) {
    if let standard { #expect(line(1, path: path, rule: .standard) == standard) }
    #expect(line(1, path: path, rule: .s3) == s3)
  }

  @Test(arguments: [
    ("", ""), ("a", "a="), ("a=", "a="), ("=a", "=a"), ("=", "="), ("&", "=&="),
    ("b=1&a=2", "a=2&b=1"), ("a=2&a=1&a", "a=&a=1&a=2"), ("a-b=1&a=2", "a=2&a-b=1"),
    ("B=1&a=2&A=3", "A=3&B=1&a=2"), ("a=1&a=1", "a=1&a=1"), ("a=b=c", "a=b=c"), ("a=1&", "=&a=1"),
    ("a=%20&b=+&c=/", "a=%20&b=+&c=/"), ("a=b c", "a=b%20c"), ("b=1&ሴ=2", "%E1%88%B4=2&b=1"),
    ("a=1\nb", "a=1%0Ab"),
  ])
  func `sorts the query and encodes it once`(query: String, canonical: String) {
    #expect(line(2, path: "/", query: query) == canonical)
  }

  @Test(arguments: [
    ("", ""), (" ", ""), ("a", "a"), ("  a  ", "a"), ("a  b", "a b"), ("\ta\t\tb\t", "a b"),
    ("a \t b", "a b"), ("a\r\n  b\r\n\tc", "a b c"), ("\"a   b\"", "\"a b\""), ("é  ሴ", "é ሴ"),
  ])
  func `trims values and collapses their spaces`(value: String, canonical: String) {
    #expect(line(3, path: "/", headers: [("A", value)]) == "a:\(canonical)")
  }

  @Test func `joins the values of one name in the order in which they are sent`() {
    let headers = [("B", "2"), ("a", " z "), ("A", ""), ("a", "x  y")]
    #expect(line(3, path: "/", headers: headers) == "a:z,,x y")
    #expect(line(4, path: "/", headers: headers) == "b:2")
    #expect(line(6, path: "/", headers: headers) == "a;b")
  }

  @Test(arguments: [
    "Authorization", "Connection", "Expect", "Keep-Alive", "Proxy-Authenticate",
    "Proxy-Authorization", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "User-Agent",
    "X-Amzn-Trace-Id",
  ])
  func `signs no field that changes on the way, but verifies one that was signed`(name: String) {
    let request = SignableRequest(
      method: "GET", path: "/", headers: [("Host", "h"), (name, "v")], payloadHash: "")
    #expect(CanonicalRequest(request).signedHeaders == "host")
    let names = ["host", name.lowercased()].sorted().joined(separator: ";")
    #expect(CanonicalRequest(request, signedHeaders: names)?.signedHeaders == names)
  }

  @Test(arguments: [
    ("host", true), ("host;x-b", true), ("x-a;x-b", true),
    ("", false), ("host;x-c", false), ("x-b;host", false), ("host;host", false), ("Host", false),
    ("host;", false), (";host", false), ("host;;x-b", false),
  ])
  func `covers the fields that a client names if they are there`(names: String, covered: Bool) {
    let request = SignableRequest(
      method: "GET", path: "/", headers: [("X-B", "2"), ("Host", "h"), ("X-A", "1"), ("x-a", "3")],
      payloadHash: "")
    #expect((CanonicalRequest(request, signedHeaders: names) != nil) == covered)
  }

  @Test(arguments: [
    ([("Host", "i"), ("X-A", "3")], true),
    ([("host", "h"), ("X-A", "1")], false), ([("X-A", "1"), ("Host", "h")], false),
    ([("Host", "h")], false), ([("Host", "h"), ("X-A", "1"), ("X-B", "2")], false),
  ])
  func `keeps what is signed for fields of the same names`(
    headers: [(String, String)], same: Bool
  ) {
    let signed = SignedHeaders(of: [("Host", "h"), ("X-A", "1")])
    let headers = headers.map { (name: $0.0, value: $0.1) }
    #expect(signed.areThose(of: headers) == same)
    guard same else { return }
    let request = SignableRequest(method: "GET", path: "/", headers: headers, payloadHash: "")
    #expect(
      CanonicalRequest(request, covering: signed, pathRule: .standard).text
        == CanonicalRequest(request).text)
  }

  /// A line of the canonical request, counted from 0.
  private func line(
    _ number: Int, path: String, query: String = "", headers: [(String, String)] = [],
    rule: PathRule = .standard
  ) -> String {
    let request = SignableRequest(
      method: "GET", path: path, query: query,
      headers: headers.map { (name: $0.0, value: $0.1) }, payloadHash: "")
    let text = CanonicalRequest(request, pathRule: rule).text
    return String(
      decoding: text.split(separator: 10, omittingEmptySubsequences: false)[number], as: UTF8.self)
  }
}
