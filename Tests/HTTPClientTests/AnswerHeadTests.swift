import HTTPMessage
import HTTPTypes
import Testing

@testable import HTTPClient

@Suite struct AnswerHeadTests {
  /// What a head says, or the rule that it breaks.
  private struct Outcome: Equatable {
    var status: Int?
    var content = ""
    var persists = false
    var fields: [String] = []
    /// The bytes behind the head.
    var rest = ""
    var error: HTTPClientError?
  }

  private func read(
    _ pieces: [ArraySlice<UInt8>], isOfHead: Bool = false, limit: Int = 1000
  ) -> Outcome {
    var head = AnswerHead(limit: limit, isOfHead: isOfHead)
    var outcome = Outcome()
    for piece in pieces {
      do throws(HTTPClientError) {
        let count = try head.read(Array(piece).span)
        outcome.rest += String(decoding: piece.dropFirst(count), as: UTF8.self)
      } catch {
        outcome.error = error
        return outcome
      }
    }
    outcome.status = head.status
    outcome.content = "\(head.framing.content)"
    outcome.persists = head.framing.persists
    outcome.fields = head.fields.all.map { "\($0.name)=\($0.value)" }
    return outcome
  }

  /// All at once, byte by byte, and cut once at each place: the outcome is the same.
  private func readInAllWays(_ text: String, isOfHead: Bool = false) -> Outcome {
    let bytes = Array(text.utf8)
    let whole = read([bytes[...]], isOfHead: isOfHead)
    #expect(read(bytes.map { [$0][...] }, isOfHead: isOfHead) == whole)
    for cut in bytes.indices {
      #expect(read([bytes[..<cut], bytes[cut...]], isOfHead: isOfHead) == whole)
    }
    return whole
  }

  static let framings: [(head: String, content: String, persists: Bool)] = [
    ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", "length(5)", true),
    ("HTTP/1.1 200\r\nContent-Length: 5\r\nContent-Length: 5\r\n", "length(5)", true),
    ("HTTP/1.1 200 OK\ncontent-length:005\n", "length(5)", true),
    ("HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n", "length(\(Int.max))", true),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: CHUNKED\r\n", "chunked", true),
    ("HTTP/1.1 200 OK\r\n", "untilClose", true),
    ("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n", "none", true),
    ("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n", "none", false),
    ("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n", "none", true),
    ("HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n", "none", false),
    ("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n", "length(5)", false),
    ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: a,CLOSE ,b\r\n", "length(0)", false),
    ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: closed\r\n", "length(0)", true),
  ]

  @Test(arguments: framings)
  func `the head says where the content ends, and what becomes of the connection`(
    head: String, content: String, persists: Bool
  ) {
    let outcome = readInAllWays("\(head)\r\nrest")
    #expect(outcome.error == nil)
    #expect(outcome.content == content)
    #expect(outcome.persists == persists)
    #expect(outcome.rest == "rest")
  }

  @Test func `the answer to HEAD has no content, whatever it declares`() {
    let outcome = readInAllWays("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", isOfHead: true)
    #expect(outcome.content == "none")
  }

  @Test func `fields come as they were sent, a folded one as one value`() {
    let outcome = readInAllWays(
      "HTTP/1.1 299 \r\nA: 1\r\n \t 2 \r\n\t3\r\n \r\nb:\t x y \r\nC:\r\n\r\n")
    #expect(outcome.status == 299)
    #expect(outcome.fields == ["A=1 2 3", "b=x y", "C="])
  }

  @Test func `interim answers leave nothing behind`() {
    let outcome = readInAllWays(
      "HTTP/1.1 100 Continue\r\nA: 1\r\n\r\nHTTP/1.1 103 X\r\nContent-Length: 7\r\n\r\n"
        + "HTTP/1.1 200 OK\r\nB: 2\r\n\r\n")
    #expect(outcome.status == 200)
    #expect(outcome.fields == ["B=2"])
    #expect(outcome.content == "untilClose")
  }

  static let malformed = [
    "\r\nHTTP/1.1 200 OK\r\n", "http/1.1 200 OK\r\n", "HTTP/2.0 200 OK\r\n", "HTTP/1.x 200 OK\r\n",
    "HTTP/1.1  200 OK\r\n", "HTTP/1.1-200 OK\r\n", "HTTP/1.1 2000 OK\r\n", "HTTP/1.1 20\r\n",
    "HTTP/1.1 099 X\r\n", "HTTP/1.1 600 X\r\n", "HTTP/1.1 101 X\r\n\r\n",
    "HTTP/1.1 200 OK\r\n A: 1\r\n", "HTTP/1.1 200 OK\r\nA 1\r\n", "HTTP/1.1 200 OK\r\n: 1\r\n",
    "HTTP/1.1 200 OK\r\nA : 1\r\n", "HTTP/1.1 200 OK\r\nA: \u{0}\r\n",
    "HTTP/1.1 200 O\u{1B}K\r\n", "HTTP/1.1 200 OK\r\r\n", "HTTP/1.1 200 OK\r\n\r\r\n",
    "HTTP/1.1 200 OK\r\nA: 1\r\r\n", "HTTP/1.1 200 OK\r\nA: 1\r2\r\n",
    "HTTP/1.1 200 OK\r\nA: 1\r\n \u{7F}\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 1 1\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775808\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
    "HTTP/1.1 204 X\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
  ]

  @Test(arguments: malformed)
  func `what breaks a rule is refused, with the rule`(text: String) {
    guard case .badAnswer(let rule) = readInAllWays(text).error else {
      return #expect(Bool(false), "it is taken")
    }
    #expect(rule.contains("(RFC 91"))
  }

  @Test func `the limit holds for all heads together`() {
    let interim = "HTTP/1.1 100 Continue\r\n\r\n"
    let final = "HTTP/1.1 204 No Content\r\n\r\n"
    let text = Array((interim + interim + final).utf8)
    #expect(read([text[...]], limit: text.count).status == 204)
    #expect(read([text[...]], limit: text.count - 1).error == .headTooLarge(limit: text.count - 1))
    let long = Array("HTTP/1.1 200 OK\r\nA: \(String(repeating: "x", count: 100))".utf8)
    #expect(read(long.map { [$0][...] }, limit: 50).error == .headTooLarge(limit: 50))
  }
}
