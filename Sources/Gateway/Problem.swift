import Athena
import HTTPMessage
import HTTPTypes
import JSON

/// A problem document (RFC 9457), and what goes with it.
struct Problem: Error {
  var code: ProblemCode
  /// What is wrong with this request, and what to do.
  var detail: String
  /// The single faults of the request's values, each with its place.
  var findings: [JSONObjectReader.Finding] = []
  /// The session's state, where that is the problem.
  var sessionState: String?
  /// What Athena or S3 said.
  var upstream: AthenaException? {
    get {
      if case .exception(let exception) = answer { exception } else { nil }
    }
    set { answer = newValue.map { .exception($0) } }
  }
  /// Fields that the status asks for: `Allow`, `Accept-Post`.
  var fields: HTTPFields = [:]
  /// As an error, which is small: each call that may throw a problem keeps room for one.
  private var answer: AthenaError?

  init(_ code: ProblemCode, _ detail: String) {
    self.code = code
    self.detail = detail
  }

  /// A request that breaks rules, with each of them.
  init(findings: [JSONObjectReader.Finding]) {
    let faults = findings.map { finding in
      "\(finding.pointer == .root ? "the content" : "\(finding.pointer)") \(finding.detail)"
    }
    self.init(.invalidRequest, faults.joined(separator: "; "))
    self.findings = findings
  }

  /// Whether it is about who may call, and not about what was asked: who is not known, whom the policy doesn't
  /// allow this, and who has too many requests.
  var keepsOut: Bool {
    switch code {
    case .unauthenticated, .forbidden, .origin, .misdirectedRequest, .tooManyRequests: true
    case .notFound: upstream == nil
    default: false
    }
  }

  func response(requestID: RequestID, under basePath: BasePath = .root) -> Response {
    let kind = code.kind
    var fields = fields
    fields[.contentType] = "application/problem+json"
    if let seconds = kind.retryAfter, fields[.retryAfter] == nil {
      fields[.retryAfter] = String(seconds)
    }
    return Response(
      status: kind.status, fields: fields, content: .bytes(document(kind, requestID, basePath)))
  }

  private func document(
    _ kind: ProblemCode.Kind, _ requestID: RequestID, _ basePath: BasePath
  ) -> [UInt8] {
    var writer = JSONWriter(reserving: 512)
    writer.beginObject()
    writer.member("type", basePath.problem(code))
    writer.member("title", kind.title)
    writer.member("status", kind.status.code)
    writer.member("detail", detail)
    writer.member("instance", requestID.urn)
    writer.member("code", code.rawValue)
    writer.member("retryable", kind.isRetryable)
    writer.member("requestId", requestID.text)
    writer.member("sessionState", sessionState)
    write(findings, to: &writer)
    if let upstream { write(upstream, to: &writer) }
    writer.endObject()
    return writer.bytes
  }

  private func write(_ findings: [JSONObjectReader.Finding], to writer: inout JSONWriter) {
    guard !findings.isEmpty else { return }
    writer.name("errors")
    writer.beginArray()
    for finding in findings {
      writer.beginObject()
      writer.member("detail", finding.detail)
      writer.member("pointer", finding.pointer.description)
      writer.endObject()
    }
    writer.endArray()
  }

  private func write(_ upstream: AthenaException, to writer: inout JSONWriter) {
    writer.name("upstream")
    writer.beginObject()
    writer.member("code", upstream.code)
    writer.member("message", upstream.message)
    writer.member("athenaErrorCode", upstream.athenaErrorCode)
    writer.member("resourceName", upstream.resourceName)
    writer.member("requestId", upstream.requestID)
    writer.endObject()
  }
}
