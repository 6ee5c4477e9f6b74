import Athena
import HTTPMessage
import HTTPTypes
import JSON

@testable import Gateway
@testable import HTTPServer

/// The problem writer: whatever the texts from outside, the answer is a head of the fields that were
/// meant, and a document that says what was meant.
///
/// The input is those texts, with a `|` between each.
func checkProblemWriter(_ bytes: Span<UInt8>) {
  let texts = bytes.copy(0..<bytes.count).split(
    separator: UInt8(ascii: "|"), omittingEmptySubsequences: false
  ).map { String(decoding: $0, as: UTF8.self) }
  func text(_ index: Int) -> String? { index < texts.count ? texts[index] : nil }

  let request = Request(
    method: .get, path: "/",
    fields: FieldSection(text(0).map { [("X-Request-Id", $0)] } ?? []))
  let exception = AthenaException(
    source: text(1)?.isEmpty == true ? .s3 : .athena, code: text(1) ?? "", message: text(2),
    athenaErrorCode: text(3), resourceName: text(4), requestID: text(5))
  let detail = text(2) ?? ""
  let finding = JSONObjectReader.Finding(detail: detail, pointer: .root.appending(text(3) ?? ""))
  var explained = Problem(.methodNotAllowed, detail)
  explained.fields[.allow] = text(4)
  for problem in [
    explained, Problem(findings: [finding]), Problem(exception), Problem(.unreachable(detail)),
    Problem(.badAnswer(detail)), Problem(.noCredentials(source: detail)),
    Problem(.malformed(detail)),
  ] {
    let context = RequestContext(.request(request))
    let token = text(5) ?? ""
    context.name(token)
    let response = context.complete(problem.response(requestID: context.id))
    checkHead(of: response, context, token: token)
    checkDocument(of: response, problem, context)
  }
}

private func checkDocument(
  of response: Response, _ problem: Problem, _ context: RequestContext
) {
  guard case .bytes(let content) = response.content else { fatalError("there is no document") }
  guard let document = try? JSONValue(parsing: content) else { fatalError("it is no JSON") }
  require(document["detail"] == .string(problem.detail), "the detail is another")
  require(document["code"] == .string(problem.code.rawValue), "the code is another")
  require(document["requestId"] == .string(context.id.text), "the request's id is another")
  let finding = problem.findings.first
  let error = document["errors"]?.asArray?.first
  require(error?["detail"] == finding.map { .string($0.detail) }, "the finding is another")
  require(
    error?["pointer"] == finding.map { .string($0.pointer.description) }, "the pointer is another")
  let (upstream, exception) = (document["upstream"], problem.upstream)
  for (name, value) in [
    ("code", exception?.code), ("message", exception?.message),
    ("athenaErrorCode", exception?.athenaErrorCode), ("resourceName", exception?.resourceName),
    ("requestId", exception?.requestID),
  ] {
    require(upstream?[name] == value.map { .string($0) }, "the upstream's \(name) is another")
  }
}

/// The head on the wire has the lines that its fields are, and no control among them.
private func checkHead(of response: Response, _ context: RequestContext, token: String) {
  var encoder = ResponseEncoder()
  var head: [UInt8] = []
  encoder.head(response, framing: .length(1), closes: true, into: &head)
  require(head.suffix(4).elementsEqual("\r\n\r\n".utf8), "the head has no end")
  let lines = head.dropLast(4).split(separator: .lf, omittingEmptySubsequences: false)
  // The status line, Date, Content-Length and Connection are the server's own.
  let meant = response.fields.count + response.standing.fields.count
  require(lines.count == meant + 4, "the head has \(lines.count) lines")
  require(lines.dropLast().allSatisfy { $0.last == .cr }, "a line has no CR at its end")
  for line in lines {
    let line = line.last == .cr ? line.dropLast() : line
    require(line.allSatisfy(\.isFieldContent), "a control stands in the head")
  }
  let ids = response.fields[values: .xRequestID]
  require(ids == [context.id.text], "the request's id is another")
  // Altered it would be another token: one that a field can't carry is not named.
  let named = response.fields[.clientRequestToken]
  require(named.map { $0.utf8.elementsEqual(token.utf8) } ?? true, "the token is another")
}
