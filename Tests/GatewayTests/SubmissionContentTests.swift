import HTTPMessage
import HTTPTypes
import Testing

@testable import Gateway

struct SubmissionContentTests {
  private func content(_ fields: [(String, String)]) throws(Problem) -> SubmissionContent {
    try SubmissionContent(FieldSection(fields.map { (name: $0.0, value: $0.1) }))
  }

  @Test(
    arguments: [
      ("application/json", .json), ("application/json; charset=utf-8", .json),
      ("text/x-python", .code), ("TEXT/X-Python; Charset=\"UTF-8\"", .code),
      ("application/x-python-code", .code),
    ] as [(String, SubmissionContent)])
  func `Three media types are taken`(type: String, expected: SubmissionContent) throws {
    #expect(try content([("content-type", type)]) == expected)
    #expect(
      try content([("content-type", type), ("content-encoding", "Identity")]) == expected)
  }

  /// The first three are those that a page can send to a foreign host unasked.
  @Test(
    arguments: [
      [("content-type", "text/plain")],
      [("content-type", "application/x-www-form-urlencoded")],
      [("content-type", "multipart/form-data; boundary=x")],
      [],
      [("content-type", "")],
      [("content-type", "text/x-python; charset=latin1")],
      [("content-type", "text/x-python"), ("content-encoding", "gzip")],
      [("content-type", "application/json"), ("content-encoding", "identity, gzip")],
      [("content-type", "application/json+patch")],
    ] as [[(String, String)]])
  func `Everything else is 415 and names what is taken`(fields: [(String, String)]) {
    let problem = problem { () throws(Problem) in try content(fields) }
    #expect(problem?.code == .unsupportedMediaType)
    #expect(
      problem?.fields[.acceptPost] == "application/json, text/x-python, application/x-python-code")
  }

  @Test(arguments: ["application/json", "text/html"])
  func `Two types are 400, whichever they are`(other: String) {
    let fields = [("Content-Type", "application/json"), ("content-type", other)]
    let problem = problem { () throws(Problem) in try content(fields) }
    #expect(problem?.code == .malformedRequest)
  }

  @Test func `The detail names the header to add to curl`() {
    let problem = problem { () throws(Problem) in
      try content([("content-type", "application/x-www-form-urlencoded")])
    }
    #expect(problem?.detail.contains("-H 'Content-Type: text/x-python'") == true)
  }
}
