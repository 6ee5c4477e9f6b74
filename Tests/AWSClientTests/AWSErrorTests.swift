import HTTPClient
import Testing

@testable import AWSClient

struct AWSErrorTests {
  private static let table: [(HTTPClientError, AWSError)] = [
    (.resolve("r"), .unreachable("r")), (.connect("c"), .unreachable("c")),
    (.tls("t"), .unreachable("t")), (.closed, .unreachable("the gateway is stopping")),
    (.timeout("t"), .timeout), (.cutShort("s"), .badAnswer("s")),
    (.badAnswer("b"), .badAnswer("b")),
    (.tooLarge(limit: 5), .badAnswer("its content is more than 5 bytes")),
    (.headTooLarge(limit: 5), .badAnswer("its head is more than 5 bytes")),
    (.invalidRequest("i"), .failed("i")), (.failed(code: 1, "f"), .failed("f")),
  ]

  @Test(arguments: table)
  func `A failed transfer is one of five failures`(error: HTTPClientError, expected: AWSError) {
    #expect(AWSError(error) == expected)
  }
}
