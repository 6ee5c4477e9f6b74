import CivilTime
import Glibc
import HTTPMessage
import HTTPTypes
import Testing

@testable import HTTPServer

@Suite struct ResponseEncoderTests {
  @Test(arguments: [
    (ResponseEncoder.Framing.none, false, ""), (.length(0), false, "Content-Length: 0\r\n"),
    (.length(9_876_543_210), true, "Content-Length: 9876543210\r\nConnection: close\r\n"),
    (.chunked, false, "Transfer-Encoding: chunked\r\n"), (.close, true, "Connection: close\r\n"),
  ])
  func `a head has its fields, the standing ones, the framing's, then the connection's`(
    framing: ResponseEncoder.Framing, closes: Bool, expected: String
  ) {
    var encoder = ResponseEncoder()
    var output: [UInt8] = []
    var response = Response(status: .notFound, fields: [.contentType: "a/b", .eTag: "\"c\""])
    response.standing = StandingFields([.cacheControl: "no-store"]).adding(.vary, "Origin")
    encoder.head(response, framing: framing, closes: closes, into: &output)
    let lines = text(output).split(
      separator: "\r\n", maxSplits: 2, omittingEmptySubsequences: false)
    #expect(lines[0] == "HTTP/1.1 404 Not Found")
    #expect(lines[1].hasPrefix("Date: "))
    let fields = "Content-Type: a/b\r\nETag: \"c\"\r\nCache-Control: no-store\r\nVary: Origin\r\n"
    #expect(lines[2] == "\(fields)\(expected)\r\n")
  }

  @Test func `a status without a phrase keeps the space, as the grammar has it`() {
    var encoder = ResponseEncoder()
    var output: [UInt8] = []
    encoder.head(
      Response(status: .init(code: 299, reasonPhrase: "")), framing: .none, closes: false,
      into: &output)
    #expect(text(output).hasPrefix("HTTP/1.1 299 \r\n"))
  }

  @Test func `nothing in a field or a phrase can end its line`() {
    var encoder = ResponseEncoder()
    var output: [UInt8] = []
    let response = Response(
      status: .init(code: 200, reasonPhrase: "a\r\nb: c"), fields: [.location: "/\r\nSet-Cookie: d"]
    )
    encoder.head(response, framing: .none, closes: false, into: &output)
    #expect(text(output).split(separator: "\r\n").count == 3)
    #expect(output.count { $0 == .lf || $0 == .cr } == 8)
  }

  @Test func `chunks have their size in hexadecimal, and the last one is none`() {
    var output: [UInt8] = []
    for piece in ["hello", String(repeating: "x", count: 26)] {
      ResponseEncoder.chunk(Array(piece.utf8), into: &output)
    }
    ResponseEncoder.end(framing: .chunked, into: &output)
    #expect(
      text(output) == "5\r\nhello\r\n1a\r\n\(String(repeating: "x", count: 26))\r\n0\r\n\r\n")
  }

  @Test(arguments: [ResponseEncoder.Framing.length(2), .close, .none])
  func `content that is not chunked ends by itself`(framing: ResponseEncoder.Framing) {
    var output: [UInt8] = []
    ResponseEncoder.end(framing: framing, into: &output)
    #expect(output.isEmpty)
  }

  @Test func `the present date is now`() {
    var date = HTTPDate()
    let before = time(nil)
    let text = date.current()
    #expect((before...time(nil)).contains { Array(imfFixdate(secondsSince1970: $0).utf8) == text })
  }
}
