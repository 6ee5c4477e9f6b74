import Cryptography
import HTTPMessage
import HTTPTypes

extension Response {
  /// An answer of AWS JSON 1.1.
  static func awsJSON(_ body: [UInt8], status: HTTPResponse.Status = .ok) -> Response {
    Response(
      status: status,
      fields: [.contentType: "application/x-amz-json-1.1", .amznRequestID: randomUUID()],
      content: .bytes(body))
  }

  /// Plain text for whoever sets faults by hand.
  static func text(_ text: String, status: HTTPResponse.Status) -> Response {
    Response(
      status: status, fields: [.contentType: "text/plain; charset=utf-8"],
      content: .bytes(Array("\(text)\n".utf8)))
  }
}

extension HTTPField.Name {
  // A constant that is a token is always a name.
  static let amznRequestID = HTTPField.Name("x-amzn-RequestId")!
  static let amzRequestID = HTTPField.Name("x-amz-request-id")!
  static let amzTarget = HTTPField.Name("X-Amz-Target")!
  static let amzDate = HTTPField.Name("X-Amz-Date")!
  static let amzSecurityToken = HTTPField.Name("X-Amz-Security-Token")!
  static let amzContentSHA256 = HTTPField.Name("X-Amz-Content-SHA256")!
}
