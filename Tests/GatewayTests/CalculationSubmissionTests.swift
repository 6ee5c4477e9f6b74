import JSON
import Testing

@testable import Gateway

struct CalculationSubmissionTests {
  private func submission(_ json: String) throws(Problem) -> CalculationSubmission {
    try CalculationSubmission(json: bytes(json))
  }

  private func refusal(_ json: String) -> Problem? {
    problem { () throws(Problem) in try submission(json) }
  }

  @Test func `Both places of the code are read`() throws {
    #expect(try submission(#"{"codeBlock":"1"}"#).codeBlock == "1")
    let nested = try submission(
      #"""
      {"description":"d","calculationConfiguration":{"codeBlock":"2\n"},
       "clientRequestToken":"0123456789abcdef0123456789abcdef"}
      """#)
    #expect(nested.codeBlock == "2\n")
    #expect(nested.description == "d")
    #expect(nested.clientRequestToken == "0123456789abcdef0123456789abcdef")
    #expect(try submission(#"{"codeBlock":"1"}"#).description == nil)
  }

  private static let rules: [(String, [String])] = [
    ("{}", ["/codeBlock is required"]),
    ("[]", [" must be an object, not an array"]),
    ("null", [" must be an object, not null"]),
    (#"{"codeBlock":null}"#, ["/codeBlock must be a string, not null"]),
    (
      #"{"codeBlock":1,"description":[]}"#,
      ["/codeBlock must be a string, not a number", "/description must be a string, not an array"]
    ),
    (#"{"codeBlock":""}"#, ["/codeBlock must have 1 to 68000 characters, not 0"]),
    (#"{"codeBlock":" \t\r\n\u00a0\u2003"}"#, ["/codeBlock must not be all white space"]),
    (
      #"{"calculationConfiguration":{"codeBlock":""}}"#,
      ["/calculationConfiguration/codeBlock must have 1 to 68000 characters, not 0"]
    ),
    (
      #"{"calculationConfiguration":{}}"#,
      ["/calculationConfiguration/codeBlock is required"]
    ),
    (
      #"{"codeBlock":"1","calculationConfiguration":{}}"#,
      ["/calculationConfiguration/codeBlock is required"]
    ),
    (
      #"{"calculationConfiguration":{"codeBlock":1}}"#,
      ["/calculationConfiguration/codeBlock must be a string, not a number"]
    ),
    (
      #"{"calculationConfiguration":"1"}"#,
      ["/calculationConfiguration must be an object, not a string"]
    ),
    (
      #"{"calculationConfiguration":{"codeBlock":"1","a/b":1}}"#,
      [
        "/calculationConfiguration/a~1b is not a member of this object; the members are codeBlock"
      ]
    ),
    (
      #"{"codeBlock":"1","description":""}"#,
      ["/description must have 1 to 1024 characters, not 0"]
    ),
    (
      #"{"codeBlock":"1","clientRequestToken":"short"}"#,
      ["/clientRequestToken must have 32 to 128 characters, not 5"]
    ),
    (
      #"{"codeBlock":"","calculationConfiguration":{"codeBlock":"1"}}"#,
      [
        "/codeBlock must have 1 to 68000 characters, not 0",
        "/calculationConfiguration/codeBlock is given along with /codeBlock; give one of them",
      ]
    ),
    (
      #"{"codeUri":"s3://bkt/k","calculationConfiguration":{"codeBlock":"1"}}"#,
      [
        "/codeUri is given along with /calculationConfiguration/codeBlock; give one of them"
      ]
    ),
    (
      #"{"codeUri":"s3://a/b"}"#,
      [
        "/codeUri must be the place of an object in S3, as in s3://bucket/key, with 3 to 63 characters "
          + "in the bucket's name"
      ]
    ),
    (#"{"codeUri":1}"#, ["/codeUri must be a string, not a number"]),
    (
      #"{"codeBlock":"1","CodeBlock":"1"}"#,
      [
        "/CodeBlock is not a member of this object; the members are codeBlock, "
          + "calculationConfiguration, codeUri, description, clientRequestToken"
      ]
    ),
  ]

  @Test(arguments: rules)
  func `Each broken rule is named with its place`(json: String, faults: [String]) {
    let problem = refusal(json)
    #expect(problem?.code == .invalidRequest)
    #expect(problem?.faults == faults)
  }

  @Test(arguments: [
    ("", ""), ("{", ""), ("not json", ""), (#"{"codeBlock":"1",}"#, ""),
    (#"{"codeBlock":"1","codeBlock":"2"}"#, "/codeBlock"),
    (#"{"codeBlock":"\ud800"}"#, "/codeBlock"),
    (#"{"calculationConfiguration":{"codeBlock":01}}"#, "/calculationConfiguration/codeBlock"),
  ])
  func `What is not JSON is malformed, with its place`(json: String, pointer: String) {
    let problem = refusal(json)
    #expect(problem?.code == .malformedRequest)
    #expect(problem?.findings.map(\.pointer.description) == [pointer])
  }

  @Test func `Nesting is limited`() {
    let deep = String(repeating: "[", count: 33) + String(repeating: "]", count: 33)
    #expect(refusal(deep)?.code == .malformedRequest)
  }

  @Test func `Bytes that are not UTF-8 are malformed in both forms`() {
    let json = bytes(#"{"codeBlock":""#) + [0xFF] + bytes("\"}")
    #expect(
      problem { () throws(Problem) in try CalculationSubmission(json: json) }?.code
        == .malformedRequest)
    let code = problem { () throws(Problem) in
      try CalculationSubmission(code: [0x31, 0xFF], description: nil)
    }
    #expect(code?.code == .malformedRequest)
  }

  @Test func `A code URI takes the place of code`() throws {
    let submission = try submission(#"{"codeUri":"s3://bucket/key"}"#)
    #expect(submission.codeURI == "s3://bucket/key")
    #expect(submission.codeBlock.isEmpty)
  }

  /// Scalars, not characters of Swift's: a flag is two of them, and "\r\n" is two as well.
  @Test(arguments: [("é", 1), ("🇫🇷", 2), ("\r\nx", 3), ("e\u{301}", 2)])
  func `A code block has 68,000 Unicode scalars`(unit: String, scalars: Int) throws {
    let most =
      String(repeating: unit, count: 68_000 / scalars)
      + String(repeating: "x", count: 68_000 % scalars)
    #expect(try CalculationSubmission(code: bytes(most), description: nil).codeBlock == most)
    let problem = problem { () throws(Problem) in
      try CalculationSubmission(code: bytes(most + "x"), description: nil)
    }
    #expect(problem?.faults == [" must have 1 to 68000 characters, not 68001"])
  }

  @Test func `The largest block may be written all in escapes`() throws {
    let json = #"{"codeBlock":""# + String(repeating: #"\ud83d\ude00"#, count: 68_000) + "\"}"
    #expect(try submission(json).codeBlock.unicodeScalars.count == 68_000)
  }

  @Test(arguments: [(1, true), (1024, true), (0, false), (1025, false)])
  func `A description has 1 to 1024 characters in both forms`(length: Int, isOne: Bool) {
    let description = String(repeating: "😀", count: length)
    let json = problem { () throws(Problem) in
      try submission(#"{"codeBlock":"1","description":""# + description + "\"}")
    }
    let code = problem { () throws(Problem) in
      try CalculationSubmission(code: bytes("1"), description: description)
    }
    #expect(json?.code == (isOne ? nil : .invalidRequest))
    #expect(code?.code == (isOne ? nil : .malformedRequest))
  }

  @Test(arguments: [(31, false), (32, true), (128, true), (129, false)])
  func `A token has 32 to 128 characters`(length: Int, isOne: Bool) {
    let token = String(repeating: "t", count: length)
    let problem = refusal(#"{"codeBlock":"1","clientRequestToken":""# + token + "\"}")
    #expect(problem?.code == (isOne ? nil : .invalidRequest))
  }

  @Test(arguments: ["", " ", "\n\n\t", "\u{2003}"])
  func `Code of nothing but white space is refused`(code: String) {
    let problem = problem { () throws(Problem) in
      try CalculationSubmission(code: bytes(code), description: nil)
    }
    #expect(problem?.code == .invalidRequest)
    #expect(problem?.findings.map(\.pointer.description) == [""])
  }

  @Test func `Code is taken byte for byte`() throws {
    let code = "\u{FEFF}print('\0\u{7F}é')\r\n"
    let submission = try CalculationSubmission(code: bytes(code), description: "d")
    #expect(Array(submission.codeBlock.utf8) == bytes(code))
    #expect(submission.description == "d")
    #expect(submission.clientRequestToken == nil)
  }
}
