import Testing

@testable import HTTPClient

/// The rules of Python's urllib, which botocore goes by; Tests/Conformance asks botocore itself.
struct ProxiesTests {
  static let schemes: [([String: String], String, String?)] = [
    (["HTTPS_PROXY": "http://p:1"], "https://a/", "http://p:1"),
    (["https_proxy": "http://p:1", "HTTPS_PROXY": "http://q:1"], "https://a/", "http://p:1"),
    (["https_proxy": "", "HTTPS_PROXY": "http://q:1"], "https://a/", nil),
    (["HTTPS_PROXY": "http://p:1"], "http://a/", nil),
    (["HTTP_PROXY": "http://p:1"], "http://a/", "http://p:1"),
    (["HTTP_PROXY": "http://p:1"], "https://a/", nil),
    (["HTTP_PROXY": "http://p:1", "REQUEST_METHOD": "GET"], "http://a/", nil),
    (["http_proxy": "http://p:1", "REQUEST_METHOD": "GET"], "http://a/", "http://p:1"),
    (["ALL_PROXY": "http://p:1"], "https://a/", nil),
    (["HTTPS_PROXY": "p:1"], "https://a/", "http://p:1"),
    (["HTTPS_PROXY": "//p:1/"], "https://a/", "http://p:1"),
    (["HTTPS_PROXY": "HTTPS://User:pass@P.Example"], "https://a/", "https://p.example"),
    (["HTTPS_PROXY": "http://[::1]:3128"], "https://a/", "http://[::1]:3128"),
  ]

  @Test(arguments: schemes)
  func `a scheme has its proxy`(environment: [String: String], url: String, proxy: String?) throws {
    #expect(try Proxies(environment: environment).setting(for: url)?.proxy.description == proxy)
  }

  @Test(arguments: [
    ("*", "https://a/", true), ("a.b", "https://a.b/", true), ("A.B", "https://a.B:8443/x", true),
    (".a.b", "https://a.b/", true), ("a.b", "https://x.a.b/?q", true),
    ("a.b", "https://xa.b/", false), ("x, a.b ,y", "https://a.b/", true),
    ("a.b:443", "https://a.b:443/", true), ("a.b:443", "https://a.b:444/", false),
    ("10.0.0.0/8", "https://10.0.0.1/", false), ("10.0.0.1", "https://10.0.0.1/", true),
    ("*,x", "https://a/", false), ("", "https://a/", false), (" , ", "https://a/", false),
    ("169.254.169.254", "https://169.254.169.254/latest", true),
  ])
  func `an exception is reached directly`(names: String, url: String, isDirect: Bool) throws {
    let proxies = try Proxies(environment: ["HTTPS_PROXY": "http://p", "NO_PROXY": names])
    #expect((proxies.setting(for: url) == nil) == isDirect)
  }

  @Test(arguments: [
    "socks5://p:1", "http://", "http://p:0", "http://p:65536", "http://p:x", "http://p/path",
    "http://p?q", "http://a b", "http://u:%zz@p", "http://u:%0d%0a@p", "http://u:%00@p", "http://é",
    "ftp://p", "http://[::1", "http://u:p@", "http://hunter2/@p",
  ])
  func `what is no proxy is refused without being repeated`(text: String) throws {
    let environment = ["HTTPS_PROXY": text.replacing("http://", with: "http://hunter2:hunter2@")]
    let problems = #expect(throws: Proxies.Problems.self) { try Proxies(environment: environment) }
    let list = try #require(problems).list.map(\.description)
    #expect(list.count == 1)
    #expect(list[0].hasPrefix("HTTPS_PROXY: "))
    #expect(!list[0].contains("hunter2"))
  }

  @Test func `nothing that prints a proxy shows its password`() throws {
    let proxies = try Proxies(environment: ["HTTPS_PROXY": "http://user:hunter2@p:1"])
    var text = ""
    dump(proxies, to: &text)
    text += "\(proxies) \(String(reflecting: proxies))"
    #expect(!text.contains("hunter2") && !text.contains("user"))
  }
}
