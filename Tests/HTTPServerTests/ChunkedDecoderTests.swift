import HTTPMessage
import HTTPTypes
import Testing

@testable import HTTPServer

@Suite struct ChunkedDecoderTests {
  /// What pieces of an encoded content give.
  enum Outcome: Equatable {
    /// The content, and how many bytes behind it were left alone.
    case complete(String, left: Int)
    case unfinished
    case refused(Int)
  }

  private func decode(_ pieces: [ArraySlice<UInt8>], body limit: Int = 1 << 20) -> Outcome {
    var decoder = ChunkedDecoder(contentLimit: limit, fieldLimit: 5)
    var content: [UInt8] = []
    var left = 0
    for piece in pieces {
      do throws(Refusal) {
        let count = try withGuarded(piece) { span throws(Refusal) in
          try decoder.decode(span, into: &content)
        }
        left += piece.count - count
      } catch {
        return .refused(error.status.code)
      }
      #expect(content.count <= limit)
    }
    return decoder.isComplete ? .complete(text(content), left: left) : .unfinished
  }

  private func decode(_ encoded: String, body limit: Int = 1 << 20) -> Outcome {
    decode([latin1(encoded)[...]], body: limit)
  }

  static let valid: [(encoded: String, content: String)] = [
    ("0\r\n\r\n", ""), ("000\r\n\r\n", ""), ("5\r\nhello\r\n0\r\n\r\n", "hello"),
    ("a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n", "01234567890123456789"),
    ("00000000000000000002\r\n\r\n\r\n0\r\n\r\n", "\r\n"),
    ("1;a\r\nx\r\n0;b=c;d=\"e\"\r\n\r\n", "x"),
    ("1;a=\"\"\r\nx\r\n0;b=\"\\\"; \u{FF}\t\\\\\";c\r\n\r\n", "x"),
    ("1\r\nx\r\n0\r\nDigest: b\r\nContent-Lengths: 7\r\nA:\r\n\r\n", "x"),
    ("3\r\n0\r\n\r\n0\r\n\r\n", "0\r\n"),
  ]

  @Test(arguments: valid)
  func `a content is decoded whatever the pieces, and the next request's bytes are left alone`(
    encoded: String, content: String
  ) {
    let bytes = latin1(encoded)
    let next = latin1("GET / HTTP/1.1\r\n")
    #expect(decode([bytes[...]]) == .complete(content, left: 0))
    #expect(decode([(bytes + next)[...]]) == .complete(content, left: next.count))
    #expect(decode((bytes + next).map { [$0][...] }) == .complete(content, left: next.count))
    for split in 0...bytes.count {
      #expect(decode([bytes[..<split], bytes[split...]]) == .complete(content, left: 0))
    }
  }

  @Test(arguments: valid)
  func `a truncated content is not complete`(encoded: String, content: String) {
    let bytes = latin1(encoded)
    for count in 0..<bytes.count { #expect(decode([bytes[..<count]]) == .unfinished) }
  }

  @Test(arguments: [
    "\r\n", " 5\r\n", "5 \r\n", "5 ;a\r\n", "\t5\r\n", "-1\r\n", "-2\r\n", "+5\r\n", "0x5\r\n",
    "1_0\r\n", "g\r\n", ";a\r\n", "5,\r\n", "\u{B2}\r\n", "5\0\r\n", "5\u{B}\r\n", "5\n",
    "5\r5\r\n",
    "5\r\r\n", "5;a\n", "5;a\rb\r\n", "5;a\0\r\n", "5;a\nb\r\n", "\n", "0\r\n\n", "0\r\n\rx",
    "5\r\nhelloo", "5\r\nhello\n", "5\r\nhello\rx", "5\r\nhello0\r\n", "1\r\nxy\r\n",
    "2\r\nx\r\n0\r\n",
    "5;\r\n", "5;;a\r\n", "5;a;\r\n", "5;=b\r\n", "5;a=\r\n", "5;a==b\r\n", "5;a[=b\r\n",
    "5;a=b[\r\n", "5; a\r\n", "5;a \r\n", "5;a =b\r\n", "5;a= b\r\n", "5;\u{FF}\r\n",
    "5;a=\"b\r\n", "5;a=\"b\"c\r\n", "5;a=b\"c\"\r\n", "5;a=\"\\\r\n", "5;a=\"\\\"\r\n", "0;\r\n",
    "0\r\na\r\n", "0\r\n a: b\r\n", "0\r\na: b\r\n c\r\n", "0\r\na : b\r\n", "0\r\na: b\0\r\n",
    "0\r\n: b\r\n", "0\r\na: b\n", "0\r\na: b\rc\r\n",
  ])
  func `a malformed size, extension, end or trailer is refused, in one piece or in many`(
    encoded: String
  ) {
    let bytes = latin1(encoded)
    #expect(decode([bytes[...]]) == .refused(400))
    #expect(decode(bytes.map { [$0][...] }) == .refused(400))
  }

  @Test(arguments: [
    ("7fffffffffffffff", 400), ("8000000000000000", 400), ("ffffffffffffffff", 400),
    ("10000000000000000", 400), ("fffffffffffffffff", 400),
    ("ffffffffffffffffffffffffffffffffffffffff", 400), ("fffffffffffffff", 413),
    ("0000000000000000fffffff", 413), ("100001", 413),
  ])
  func `a size past the limit is refused, and one that would overflow is no size`(
    size: String, status: Int
  ) {
    #expect(decode("\(size)\r\n") == .refused(status))
    #expect(decode("1\r\nx\r\n\(size)\r\n") == .refused(status))
    #expect(decode("\(size)\r\n", body: .max) != .complete("", left: 0))
  }

  @Test(arguments: [
    "Content-Length: 7", "content-length:", "Transfer-Encoding: chunked", "Connection: close",
    "HOST: evil", "Authorization: a", "Cookie: a=b", "Expect: 100-continue", "Content-Type: a/b",
    "Content-Encoding: gzip", "Content-Range: a",
  ])
  func `a trailer section has no field that would change the request`(field: String) {
    #expect(decode("1\r\nx\r\n0\r\n\(field)\r\n\r\n") == .refused(400))
    #expect(decode("1\r\nx\r\n0\r\nA: b\r\n\(field)\r\n\r\n") == .refused(400))
  }

  @Test func `the limit counts the content of all chunks`() {
    let ten = "5\r\nhello\r\n5\r\nworld\r\n0\r\n\r\n"
    #expect(decode(ten, body: 10) == .complete("helloworld", left: 0))
    #expect(decode(ten, body: 9) == .refused(413))
    #expect(decode("5\r\nhello\r\n0\r\n\r\n", body: 5) == .complete("hello", left: 0))
    #expect(decode("5\r\nhello\r\n1\r\n", body: 5) == .refused(413))
    #expect(decode("0\r\n\r\n", body: 0) == .complete("", left: 0))
    #expect(decode("1\r\n", body: 0) == .refused(413))
  }

  @Test func `an extension or a trailer of 64 KiB is refused`() {
    let long = String(repeating: "a", count: 64 * 1024)
    #expect(decode("1;\(long)\r\nx\r\n0\r\n\r\n") == .refused(400))
    #expect(decode("0\r\na: \(long)\r\n\r\n") == .refused(400))
  }

  @Test func `framing may cost no more than a fixed sum beyond a multiple of the content`() {
    let laden = "1;\(String(repeating: "a", count: 500))\r\nx\r\n"
    let plain = "1\r\nx\r\n"
    #expect(decode(String(repeating: laden, count: 30) + "0\r\n\r\n") != .refused(400))
    #expect(decode(String(repeating: laden, count: 50)) == .refused(400))
    let drip = String(repeating: plain, count: 50_000)
    let expected = String(repeating: "x", count: 50_000)
    #expect(decode(drip + "0\r\n\r\n") == .complete(expected, left: 0))
  }

  @Test func `trailer fields are counted`() {
    let trailers = { (count: Int) in "0\r\n\(String(repeating: "a: b\r\n", count: count))\r\n" }
    #expect(decode(trailers(5)) == .complete("", left: 0))
    #expect(decode(trailers(6)) == .refused(431))
  }
}
