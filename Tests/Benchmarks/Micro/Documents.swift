import HTTPMessage
import JSON

@testable import Athena
@testable import Gateway

/// JSON, read and written.
let json = [
  Piece("read-calculation", "Athena's answer to GetCalculationExecution") { count in
    let text = Array(answer.utf8)
    for _ in 0..<count { sink(try calculation(text)) }
  },
  Piece("read-submission-64k", "a submission of 64 KiB of code as JSON") { count in
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("codeBlock", code)
    writer.endObject()
    for _ in 0..<count { sink(try CalculationSubmission(json: writer.bytes)) }
  },
  Piece("read-code-64k", "the same as the code itself") { count in
    let text = Array(code.utf8)
    for _ in 0..<count { sink(try CalculationSubmission(code: text, description: nil)) }
  },
  Piece("write-call-64k", "the call to Athena with that code") { count in
    let call = StartCalculationExecution(
      sessionID: "6d2f5a3e", codeBlock: code, clientRequestToken: exampleID)
    for _ in 0..<count { sink(call.json) }
  },
  Piece("write-calculation", "a calculation for the caller") { count in
    let calculation = try calculation(Array(answer.utf8))
    for _ in 0..<count { sink(Response.json { writer in calculation.write(to: &writer) }) }
  },
  Piece("write-problem", "a problem that Athena is the cause of") { count in
    let id = RequestID()
    let problem = Problem(
      AthenaException(
        code: "InvalidRequestException", message: "Session \(exampleID) is not in IDLE state",
        athenaErrorCode: "INVALID_INPUT", requestID: exampleID))
    for _ in 0..<count { sink(problem.response(requestID: id)) }
  },
]

private func calculation(_ text: [UInt8]) throws -> CalculationExecution {
  let object = try JSONValue(parsing: text).asObject ?? JSONObject()
  var reader = JSONObjectReader(object, nullIsAbsent: true, allowsUnknownMembers: true)
  return CalculationExecution(&reader)
}

/// With what JSON escapes in each line.
private let code: String = {
  let line = "print(spark.sql(\"SELECT day, count(*) FROM visits GROUP BY day\").count())\n"
  return String(String(repeating: line, count: 1000).prefix(64 * 1024))
}()

private let answer = """
  {"CalculationExecutionId":"f47ac10b-58cc-4372-a567-0e02b2c3d479",\
  "SessionId":"6d2f5a3e-7c1b-4a58-9e0d-3b8f1c2a4d6e","Description":"visits a day",\
  "WorkingDirectory":"s3://example-results/sessions/6d2f5a3e/f47ac10b",\
  "Status":{"SubmissionDateTime":1.795459200123E9,"CompletionDateTime":1.795459212456E9,"State":"COMPLETED"},\
  "Statistics":{"DpuExecutionInMillis":12345,"Progress":"[Stage 1:>(4 + 0) / 4]"},\
  "Result":{"StdOutS3Uri":"s3://example-results/sessions/6d2f5a3e/f47ac10b/stdout",\
  "StdErrorS3Uri":"s3://example-results/sessions/6d2f5a3e/f47ac10b/stderr",\
  "ResultS3Uri":"s3://example-results/sessions/6d2f5a3e/f47ac10b/result",\
  "ResultType":"application/vnd.aws.athena.v1+json"}}
  """
