import Crypto
import HTTPMessage
import HTTPTypes

/// An error of S3, whose statuses differ where Athena's are all 400.
///
/// Source: "Error responses" of the Amazon S3 API Reference.
struct S3Error: Error {
  let code: String
  let message: String
  let status: Int

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

  var response: Response {
    let id = String(Hex.encode(RandomBytes.make(count: 8).span)).uppercased()
    let body = """
      <?xml version="1.0" encoding="UTF-8"?>
      <Error><Code>\(code.xmlEscaped)</Code><Message>\(message.xmlEscaped)</Message>\
      <RequestId>\(id)</RequestId></Error>
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
