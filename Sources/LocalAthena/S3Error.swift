import Cryptography
import HTTPMessage
import HTTPTypes

/// An error of S3, whose statuses differ where Athena's are all 400.
///
/// Source: "Error responses" of the Amazon S3 API Reference.
struct S3Error: Error {
  let code: String
  let message: String
  let status: Int
  /// Elements beside these, such as `ActualObjectSize`.
  var elements: [(name: String, value: String)] = []

  static func accessDenied(_ message: String = "Access Denied") -> S3Error {
    S3Error(code: "AccessDenied", message: message, status: 403)
  }

  static let noSuchBucket = S3Error(
    code: "NoSuchBucket", message: "The specified bucket does not exist", status: 404)

  static let noSuchKey = S3Error(
    code: "NoSuchKey", message: "The specified key does not exist.", status: 404)

  static let methodNotAllowed = S3Error(
    code: "MethodNotAllowed",
    message: "The specified method is not allowed against this resource.", status: 405)

  /// - Parameter condition: The field that has failed.
  static func preconditionFailed(_ condition: String) -> S3Error {
    S3Error(
      code: "PreconditionFailed",
      message: "At least one of the pre-conditions you specified did not hold", status: 412,
      elements: [("Condition", condition)])
  }

  static func invalidRange(_ range: String, size: Int) -> S3Error {
    S3Error(
      code: "InvalidRange", message: "The requested range is not satisfiable", status: 416,
      elements: [("RangeRequested", range), ("ActualObjectSize", "\(size)")])
  }

  var response: Response {
    let more = elements.map { "<\($0.name)>\($0.value.xmlEscaped)</\($0.name)>" }.joined()
    let id = String(Hex.encode(RandomBytes.make(count: 8).span)).uppercased()
    let body = """
      <?xml version="1.0" encoding="UTF-8"?>
      <Error><Code>\(code.xmlEscaped)</Code><Message>\(message.xmlEscaped)</Message>\
      \(more)<RequestId>\(id)</RequestId></Error>
      """
    return Response(
      status: HTTPResponse.Status(code: status),
      fields: [.contentType: "application/xml", .amzRequestID: id],
      content: .bytes(Array(body.utf8)))
  }

  static func response(_ code: String, _ message: String, status: Int) -> Response {
    S3Error(code: code, message: message, status: status).response
  }
}

extension String {
  fileprivate var xmlEscaped: String {
    var text = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "&": text += "&amp;"
      case "<": text += "&lt;"
      case ">": text += "&gt;"
      // XML 1.0 §2.2 has no way to write most control characters.
      case "\0"..."\u{1f}", "\u{fffe}", "\u{ffff}": text += " "
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}
