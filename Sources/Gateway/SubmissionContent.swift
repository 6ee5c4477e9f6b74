import HTTPMessage

/// The forms that a submission is taken in.
enum SubmissionContent {
  case json
  case code

  static let types = AcceptedTypes(
    essences: ["application/json", "text/x-python", "application/x-python-code"],
    advice: "with curl, add -H 'Content-Type: text/x-python' for code, or -H 'Content-Type: "
      + "application/json' for JSON")

  init(_ fields: FieldSection) throws(Problem) {
    self = try Self.types.essence(of: fields) == "application/json" ? .json : .code
  }
}
