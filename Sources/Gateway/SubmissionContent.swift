import HTTPMessage
import HTTPTypes

/// The media types that a submission is taken in.
///
/// None of those that a web page can send to a foreign host unasked (text/plain, forms, no type at all):
/// whoever sends one of these has been let by CORS, or is no page.
enum SubmissionContent {
  case json
  case code

  private static let accepted = "application/json, text/x-python, application/x-python-code"

  init(_ fields: FieldSection) throws(Problem) {
    guard fields[.contentEncoding].map({ $0.lowercased() == "identity" }) ?? true else {
      throw Self.unsupported("the content must not be encoded; leave out Content-Encoding")
    }
    // It is no list (RFC 9110 §5.3): whoever guards the gateway may have judged the other one.
    guard fields.values(of: .contentType).count < 2 else {
      throw Problem(.malformedRequest, "a request must have one Content-Type")
    }
    guard let field = fields[.contentType] else {
      throw Self.unsupported("a Content-Type is missing; \(Self.advice)")
    }
    guard let type = MediaType(field) else {
      throw Self.unsupported("the Content-Type is not one media type; \(Self.advice)")
    }
    switch type.essence {
    case "application/json": self = .json
    case "text/x-python", "application/x-python-code": self = .code
    default:
      throw Self.unsupported("'\(type.essence.prefix(100))' is not accepted here; \(Self.advice)")
    }
    guard type.charset == nil || type.charset == "utf-8" else {
      throw Self.unsupported("the content must be UTF-8; leave out the charset, or name utf-8")
    }
  }

  private static let advice =
    "with curl, add -H 'Content-Type: text/x-python' for code, or -H 'Content-Type: "
    + "application/json' for JSON"

  private static func unsupported(_ detail: String) -> Problem {
    var problem = Problem(.unsupportedMediaType, detail)
    problem.fields[.acceptPost] = accepted
    return problem
  }
}
