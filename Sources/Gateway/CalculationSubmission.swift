import Athena
import HTTPMessage
import HTTPTypes
import JSON

/// What a caller submits: the content of `POST /sessions/{sessionId}/calculations`, valid.
struct CalculationSubmission {
  /// Empty where there is a ``codeURI``.
  var codeBlock: String
  /// Where in S3 the code is: `s3://bucket/key`.
  var codeURI: String?
  var description: String?
  var clientRequestToken: String?

  /// Athena's bounds, in characters, which are Unicode scalars to it.
  private static let codeBlockLength = 1...68_000
  private static let descriptionLength = 1...1024

  /// Reads an `application/json` content.
  ///
  /// - Parameter name: Told of the caller's own token as soon as that is read, whatever else is wrong.
  init(json bytes: [UInt8], name: (String) -> Void = { _ in }) throws(Problem) {
    var reader = try JSONObjectReader(content: bytes)
    let direct = reader.string("codeBlock")
    let nested = reader.object("calculationConfiguration", reading: Self.requiredCode) ?? nil
    codeURI = reader.string("codeUri")
    codeBlock = direct ?? nested ?? ""
    description = reader.string("description")
    clientRequestToken = reader.string("clientRequestToken")
    reader.finish()
    Self.checkForms(&reader, codeBlock: direct, nested: nested, codeURI: codeURI)
    Self.checkLength(&reader, "description", description, Self.descriptionLength)
    Self.checkLength(&reader, "clientRequestToken", clientRequestToken, ClientRequestToken.length)
    if let token = clientRequestToken,
      ClientRequestToken.length.contains(token.unicodeScalars.count)
    {
      name(token)
    }
    guard reader.findings.isEmpty else { throw Problem(findings: reader.findings) }
  }

  /// Takes a content that is the code itself.
  init(code bytes: [UInt8], description: String?) throws(Problem) {
    guard let valid = try? UTF8Span(validating: bytes.span) else {
      throw Problem(.malformedRequest, "the content is not UTF-8")
    }
    let text = String(copying: valid)
    codeBlock = text
    self.description = description
    var reader = JSONObjectReader(JSONObject())
    Self.checkCode(text, &reader, at: .root)
    guard reader.findings.isEmpty else { throw Problem(findings: reader.findings) }
    if let description, !Self.descriptionLength.contains(description.unicodeScalars.count) {
      throw Problem(query: "description", "must have 1 to 1024 characters")
    }
  }

  /// The code comes in one of three forms.
  private static func checkForms(
    _ reader: inout JSONObjectReader, codeBlock: String?, nested: String?, codeURI: String?
  ) {
    let here = JSONPointer.root.appending("codeBlock")
    let there = JSONPointer.root.appending("calculationConfiguration").appending("codeBlock")
    if let codeBlock { checkCode(codeBlock, &reader, at: here) }
    if let nested { checkCode(nested, &reader, at: there) }
    if let codeURI, !AthenaClient.isObject(codeURI) {
      reader.record(
        "must be the place of an object in S3, as in s3://bucket/key, with 3 to 63 characters in the bucket's name",
        at: "codeUri")
    }
    let given = [
      (here, codeBlock), (there, nested), (JSONPointer.root.appending("codeUri"), codeURI),
    ].filter { $0.1 != nil }.map(\.0)
    if given.count > 1 {
      reader.record("is given along with \(given[0]); give one of them", at: given[1])
    } else if given.isEmpty, reader.findings.isEmpty {
      reader.record("is required", at: here)
    }
  }

  /// The code of a calculationConfiguration, which is there for nothing else.
  private static func requiredCode(_ reader: inout JSONObjectReader) -> String? {
    let code = reader.string("codeBlock")
    if code == nil, reader.findings.isEmpty { reader.record("is required", at: "codeBlock") }
    return code
  }

  private static func checkCode(
    _ code: String, _ reader: inout JSONObjectReader, at pointer: JSONPointer
  ) {
    if let fault = fault(inCode: code) { reader.record(fault, at: pointer) }
  }

  /// Why a text is no code block: what follows its name.
  static func fault(inCode code: String) -> String? {
    // There are no more characters than bytes: most texts need not be counted.
    if !codeBlockLength.contains(code.utf8.count) {
      let count = code.unicodeScalars.count
      guard codeBlockLength.contains(count) else {
        return "must have 1 to 68000 characters, not \(count)"
      }
    }
    return code.unicodeScalars.allSatisfy(\.properties.isWhitespace)
      ? "must not be all white space" : nil
  }

  private static func checkLength(
    _ reader: inout JSONObjectReader, _ name: String, _ value: String?, _ range: ClosedRange<Int>
  ) {
    guard let count = value?.unicodeScalars.count, !range.contains(count) else { return }
    reader.record(
      "must have \(range.lowerBound) to \(range.upperBound) characters, not \(count)", at: name)
  }
}
