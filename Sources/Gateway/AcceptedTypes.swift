import HTTPMessage
import HTTPTypes

/// The media types that a resource takes a content in.
///
/// None of those that a web page can send to a foreign host unasked (text/plain, forms, no type at all):
/// whoever sends one of these has been let by CORS, or is no page.
struct AcceptedTypes {
  let essences: [String]
  /// What to do for who has sent another one.
  let advice: String

  /// As the `Accept-Post` field has them.
  var field: String { essences.joined(separator: ", ") }

  /// The one of them that the content is of, without parameters.
  func essence(of fields: FieldSection) throws(Problem) -> String {
    guard fields[.contentEncoding].map({ $0.lowercased() == "identity" }) ?? true else {
      throw unsupported("the content must not be encoded; leave out Content-Encoding")
    }
    // It is no list (RFC 9110 §5.3): whoever guards the gateway may have judged the other one.
    let values = fields.values(of: .contentType)
    guard values.count < 2 else {
      throw Problem(.malformedRequest, "a request must have one Content-Type")
    }
    guard let field = values.first else {
      throw unsupported("a Content-Type is missing; \(advice)")
    }
    // As nearly everybody sends it: to take it apart costs 14,000 instructions.
    if essences.contains(field) { return field }
    guard let type = MediaType(field) else {
      throw unsupported("the Content-Type is not one media type; \(advice)")
    }
    guard essences.contains(type.essence) else {
      throw unsupported("'\(type.essence.prefix(100))' is not accepted here; \(advice)")
    }
    guard type.charset == nil || type.charset == "utf-8" else {
      throw unsupported("the content must be UTF-8; leave out the charset, or name utf-8")
    }
    return type.essence
  }

  private func unsupported(_ detail: String) -> Problem {
    var problem = Problem(.unsupportedMediaType, detail)
    problem.fields[.acceptPost] = field
    return problem
  }
}
