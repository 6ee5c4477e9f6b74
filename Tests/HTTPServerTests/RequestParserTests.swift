import HTTPMessage
import HTTPTypes
import Testing

@testable import HTTPServer

@Suite struct RequestParserTests {
  struct Vector: Sendable, CustomTestStringConvertible {
    let request: String
    var method = "GET"
    var path = "/"
    var query: String?
    var authority: String? = "a"
    var framing = RequestHead.Framing.none
    var expectsContinue = false
    var persists = true
    var fields: [String] = ["Host: a"]

    var testDescription: String { request }
  }

  static let vectors: [Vector] = [
    Vector(request: "GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
    Vector(request: "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
    Vector(request: "GET /b%20c?d=e?f HTTP/1.1\r\nHost: a\r\n\r\n", path: "/b%20c", query: "d=e?f"),
    Vector(
      request: "GET /-._~!$&'()*+,;=:@[]?/?%0A%7F HTTP/1.1\r\nHost: a\r\n\r\n",
      path: "/-._~!$&'()*+,;=:@[]", query: "/?%0A%7F"),
    Vector(request: "GET /? HTTP/1.1\r\nHost: a\r\n\r\n", query: ""),
    Vector(request: "GET //x HTTP/1.1\r\nHost: a\r\n\r\n", path: "//x"),
    Vector(request: "brew / HTTP/1.1\r\nHost: a\r\n\r\n", method: "brew"),
    Vector(request: "GET / HTTP/1.9\r\nHost: a\r\n\r\n"),
    Vector(request: "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", method: "OPTIONS", path: "*"),
    Vector(
      request: "CONNECT b:443 HTTP/1.1\r\nHost: a\r\n\r\n", method: "CONNECT", path: "",
      authority: "b:443"),
    Vector(
      request: "GET HTTP://b:80/c?d HTTP/1.1\r\nHost: a\r\n\r\n", path: "/c", query: "d",
      authority: "b:80"),
    Vector(request: "GET https://b HTTP/1.1\r\nHost: a\r\n\r\n", authority: "b"),
    Vector(request: "GET http://b?c HTTP/1.1\r\nHost: a\r\n\r\n", query: "c", authority: "b"),
    Vector(
      request: "GET / HTTP/1.1\r\nhOST:\t[::1]:80 \r\n\r\n", authority: "[::1]:80",
      fields: ["hOST: [::1]:80"]),
    Vector(
      request: "GET / HTTP/1.1\r\nHost: a.b-c_d:\r\n\r\n", authority: "a.b-c_d:",
      fields: ["Host: a.b-c_d:"]),
    Vector(
      request: "GET / HTTP/1.1\r\nHost: a\r\nX:\r\nY: a \t b \r\nX: \u{FF}\r\n\r\n",
      fields: ["Host: a", "X: ", "Y: a \t b", "X: \u{FFFD}"]),
    Vector(
      request: "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\n\r\n", method: "POST",
      framing: .length(12), fields: ["Host: a", "Content-Length: 12"]),
    Vector(
      request: "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", method: "POST",
      fields: ["Host: a", "Content-Length: 0"]),
    Vector(
      request: "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9223372036854775807\r\n\r\n",
      method: "POST", framing: .length(.max),
      fields: ["Host: a", "Content-Length: 9223372036854775807"]),
    Vector(
      request: "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n",
      method: "POST", framing: .chunked, fields: ["Host: a", "Transfer-Encoding: Chunked"]),
    Vector(
      request: "PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\n",
      method: "PUT", framing: .length(1), expectsContinue: true,
      fields: ["Host: a", "Expect: 100-Continue", "Content-Length: 1"]),
    Vector(
      request: "GET / HTTP/1.1\r\nHost: a\r\nConnection: x, CLOSE\r\n\r\n", persists: false,
      fields: ["Host: a", "Connection: x, CLOSE"]),
    Vector(
      request: "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n",
      fields: ["Host: a", "Connection: keep-alive"]),
    Vector(request: "GET / HTTP/1.0\r\n\r\n", authority: nil, persists: false, fields: []),
    Vector(
      request: "GET / HTTP/1.0\r\nExpect: 100-continue\r\nConnection: keep-alive\r\n\r\n",
      authority: nil, persists: false,
      fields: ["Expect: 100-continue", "Connection: keep-alive"]),
    Vector(
      request: "GET / HTTP/1.0\r\nExpect: x\r\n\r\n", authority: nil, persists: false,
      fields: ["Expect: x"]),
  ]

  @Test(arguments: vectors)
  func `a valid head is read whole, and ends where the next message begins`(vector: Vector)
    throws
  {
    let bytes = latin1(vector.request)
    for behind in ["", "G", "GET / HTTP/1.1\r\nHost: z\r\n\r\n", "\r\n", "\0\n"] {
      let (head, length) = try #require(complete((bytes + latin1(behind))[...]))
      #expect(length == bytes.count)
      #expect(head.method.rawValue == vector.method)
      #expect(head.path == vector.path)
      #expect(head.query == vector.query)
      #expect(head.authority == vector.authority)
      #expect(head.framing == vector.framing)
      #expect((head.expectation == .continue) == vector.expectsContinue)
      #expect(head.persists == vector.persists)
      #expect(head.fields.all.map { "\($0.name): \($0.value)" } == vector.fields)
    }
  }

  @Test(arguments: vectors)
  func `every strict prefix of a valid head needs more`(vector: Vector) {
    let bytes = latin1(vector.request)
    for count in 0..<bytes.count {
      #expect(needsMore(bytes[..<count]), "\(count) bytes")
    }
  }

  @Test func `a head of exactly the limits is read, and one byte or field more is refused`() {
    var limits = Limits()
    limits.head = 200
    limits.fields = 3
    limits.target = 20
    func status(target: Int = 1, fields: Int = 1, length: Int? = nil) -> Int {
      var head = "GET /\(String(repeating: "t", count: target - 1)) HTTP/1.1\r\nHost: a\r\n"
      for _ in 1..<fields { head += "a: b\r\n" }
      if let length {
        head += "p: \(String(repeating: "p", count: length - head.utf8.count - 7))\r\n"
      }
      return parse(latin1(head + "\r\n")[...], limits)
    }
    #expect(status(target: 20) == 200)
    #expect(status(target: 21) == 414)
    #expect(status(fields: 3) == 200)
    #expect(status(fields: 4) == 431)
    #expect(status(length: 200) == 200)
    #expect(status(length: 201) == 431)
  }
}

@Suite struct EndlessHeadTests {
  /// What is refused once the limits are reached, without an end, and by how many bytes at the latest.
  static let endless: [(begin: String, repeated: String, status: Int)] = [
    ("GET /", "a", 414), ("", "A", 400), ("A ", "A", 414), ("GET / HTTP/1.1\r\n", "a: b\r\n", 431),
    ("GET / HTTP/1.1\r\nHost: a\r\na: ", "b", 431), ("GET / HTTP/1.1\r\n", "a", 431),
  ]

  @Test(arguments: endless)
  func `a head without an end is refused within its limits, however many bytes come at once`(
    begin: String, repeated: String, status: Int
  ) {
    let limits = Limits()
    let bytes = latin1(begin + String(repeating: repeated, count: 100_000))
    #expect(parse(bytes[...], limits) == status)
    #expect(parse(bytes[..<limits.head], limits) == status)
  }
}

/// 200 for a whole head, 100 for one that needs more, else the refusal's status.
private func parse(_ bytes: ArraySlice<UInt8>, _ limits: Limits = Limits()) -> Int {
  withGuarded(bytes) { span in
    switch RequestParser(limits: limits).parse(span) {
    case .complete: 200
    case .needsMore: 100
    case .malformed(let refusal): refusal.status.code
    }
  }
}

private func needsMore(_ bytes: ArraySlice<UInt8>) -> Bool {
  parse(bytes) == 100
}

private func complete(_ bytes: ArraySlice<UInt8>) -> (RequestHead, Int)? {
  withGuarded(bytes) { span in
    guard case .complete(let head, let length) = RequestParser(limits: Limits()).parse(span) else {
      return nil
    }
    return (head, length)
  }
}
