import Athena
import HTTPMessage
import HTTPTypes
import JSON
import Testing
import Yams

@testable import Gateway

/// The document and the code say the same: what is added on one side alone fails here.
struct OpenAPITests {
  private let document: OpenAPIDocument

  init() throws {
    document = try OpenAPIDocument()
  }

  // MARK: Routes

  @Test func `The paths are the routes`() throws {
    let paths = Set(try document.operations().map(\.path))
    #expect(paths == Set(Route.samples.map(\.template)))
  }

  @Test func `A path's methods are its route's`() throws {
    for (path, operations) in Dictionary(grouping: try document.operations(), by: \.path) {
      let route = try Route(path: path.replacing("{", with: "").replacing("}", with: ""))
      #expect(route.template == path)
      #expect(Set(operations.map(\.method)) == Set(route.methods.map(\.rawValue)), "\(path)")
    }
  }

  @Test func `Operation ids are unique`() throws {
    let ids = try document.operations().map { try #require($0.operation["operationId"]?.string) }
    #expect(Set(ids).count == ids.count)
  }

  @Test func `Allow has the methods of some path`() throws {
    let field = try #require(document.root["components"]?["headers"]?["Allow"])
    let routes = Set(Route.samples.map(\.allow))
    #expect(try Set(strings(field["schema"]?["enum"])) == routes)
  }

  @Test(arguments: [
    ("SessionState", SessionState.known.map(\.rawValue)),
    ("CalculationState", CalculationState.known.map(\.rawValue)),
    ("ExecutorState", ExecutorState.known.map(\.rawValue)),
  ])
  func `A list can be asked for the states that Athena has`(name: String, known: [String]) throws {
    let parameter = try #require(document.root["components"]?["parameters"]?[name])
    #expect(try strings(parameter["schema"]?["enum"]) == known)
  }

  // MARK: Problems

  @Test func `The problem codes are the code's`() throws {
    let codes = try strings(try document.schema("ProblemCode")["enum"])
    #expect(codes == ProblemCode.allCases.map(\.rawValue))
  }

  @Test func `The table of problems has each one's status, title and hope`() throws {
    let text = try #require(try document.schema("ProblemCode")["description"]?.string)
    let rows = text.split(separator: "\n").filter { $0.hasPrefix("| `") }
    let expected = ProblemCode.allCases.map { code in
      let hope = code.kind.isRetryable ? "yes" : "no"
      return "| `\(code.rawValue)` | \(code.kind.status.code) | \(hope) | \(code.kind.title) |"
    }
    #expect(rows.map(String.init) == expected)
  }

  @Test func `Each code belongs to a response of its status, and has its fields`() throws {
    var seen: Set<String> = []
    for (name, response) in try members(#require(document.root["components"]?["responses"])) {
      guard let status = try status(ofProblem: response) else { continue }
      let codes = try codes(of: response)
      seen.formUnion(codes.map(\.rawValue))
      #expect(codes.allSatisfy { $0.kind.status.code == status }, "\(name)")
      try checkRetryAfter(response, codes)
    }
    #expect(seen == Set(ProblemCode.allCases.map(\.rawValue)))
  }

  @Test func `An operation's problems stand under their statuses`() throws {
    for (path, method, operation) in try document.operations() {
      for (status, response) in try members(#require(operation["responses"])) {
        guard let own = try self.status(ofProblem: document.resolved(response)) else { continue }
        #expect(String(own) == status, "\(method) \(path)")
      }
    }
  }

  /// What the server refuses before it looks at the path: the statuses of every rule that it has.
  @Test func `Each operation has what any request can be answered with`() throws {
    let rules: [Refusal] = [
      .malformed(""), .timeout(.head), .timeout(.content), .tooManyFields(limit: 0),
      .contentTooLarge(limit: 0), .targetTooLong(limit: 0),
      .headTooLarge(limit: 0), .expectation, .transferCoding, .version, .failed,
      .overloaded(.connections), .overloaded(.contents), .handlerTimeout,
    ]
    let judged: [ProblemCode] = [.misdirectedRequest, .origin]
    let common = Set((rules.map(\.status) + judged.map(\.kind.status)).map { String($0.code) })
    for (path, method, operation) in try document.operations() {
      let statuses = Set(try members(#require(operation["responses"])).map(\.name))
      let expected = method == "HEAD" ? ["4XX", "5XX"] : common
      #expect(expected.isSubset(of: statuses), "\(method) \(path)")
    }
  }

  @Test func `A problem in an example is one that the gateway writes`() throws {
    for (_, response) in try members(#require(document.root["components"]?["responses"])) {
      guard let examples = response["content"]?["application/problem+json"]?["examples"] else {
        continue
      }
      for (name, example) in try members(examples) {
        let value = try JSONValue(#require(example["value"]))
        let kind = try #require(ProblemCode(rawValue: value["code"]?.asString ?? "")).kind
        #expect(value["title"]?.asString == kind.title, "\(name)")
        #expect(value["status"]?.asNumber?.int == kind.status.code)
        #expect(value["retryable"]?.asBool == kind.isRetryable)
        #expect(value["type"]?.asString == "/problems/\(value["code"]?.asString ?? "")")
        #expect(value["instance"]?.asString == "urn:uuid:\(value["requestId"]?.asString ?? "")")
      }
    }
  }

  private func status(ofProblem response: Node) throws -> Int? {
    schema(ofProblem: response)?["properties"]?["status"]?["const"]?.int
  }

  private func codes(of response: Node) throws -> [ProblemCode] {
    try strings(schema(ofProblem: response)?["properties"]?["code"]?["enum"])
      .map { try #require(ProblemCode(rawValue: $0)) }
  }

  private func schema(ofProblem response: Node) -> Node? {
    response["content"]?["application/problem+json"]?["schema"]
  }

  private func checkRetryAfter(_ response: Node, _ codes: [ProblemCode]) throws {
    let delays = codes.map(\.kind.retryAfter)
    let field = try response["headers"]?["Retry-After"].map(document.resolved)
    #expect((field != nil) == delays.contains { $0 != nil }, "\(codes)")
    #expect((field?["required"]?.bool ?? false) == delays.allSatisfy { $0 != nil }, "\(codes)")
  }

  // MARK: Submissions

  @Test func `The media types are those of Accept-Post`() throws {
    let paths = try #require(document.root["paths"])
    let post = try #require(paths["/sessions/{sessionId}/calculations"]?["post"])
    let types = try members(#require(post["requestBody"]?["content"])).map(\.name)
    let accepted = SubmissionContent.types.field
    #expect(types.joined(separator: ", ") == accepted)
    let field = document.root["components"]?["headers"]?["Accept-Post"]?["schema"]?["const"]
    #expect(field?.string == accepted)
  }

  @Test func `The members of a submission are those that are read`() throws {
    let names = try members(#require(try document.schema("CalculationSubmission")["properties"]))
    let unknown = problem { () throws(Problem) in
      try CalculationSubmission(json: bytes(#"{"codeBlock":"1","?":1}"#))
    }
    let read = unknown?.detail.components(after: "the members are ")
    #expect(Set(names.map(\.name)) == Set(try #require(read)))
  }

  @Test(arguments: ["codeBlock", "description", "clientRequestToken"])
  func `Lengths are as they are enforced`(name: String) throws {
    let properties = try #require(try document.schema("CalculationSubmission")["properties"])
    let schema = try document.resolved(#require(properties[name]))
    let least = try #require(schema["minLength"]?.int)
    let most = try #require(schema["maxLength"]?.int)
    for (length, isOne) in [(least - 1, false), (least, true), (most, true), (most + 1, false)] {
      var object = ["codeBlock": "1"]
      object[name] = String(repeating: "x", count: length)
      let members = object.map { #""\#($0)":"\#($1)""# }.joined(separator: ",")
      let problem = problem { () throws(Problem) in
        try CalculationSubmission(json: bytes("{\(members)}"))
      }
      #expect((problem == nil) == isOne, "\(name) of \(length)")
    }
  }

  // MARK: Answers

  @Test(arguments: [
    ("/", "/"), ("/livez", "/livez"), ("/readyz", "/readyz"),
    ("/problems/session-ended", "/problems/{code}"),
  ])
  func `An example is the gateway's own answer`(path: String, template: String) async throws {
    let content = try await withGateway { gateway in try await gateway.answer(.get, path).json }
    let responses = document.root["paths"]?[template]?["get"]?["responses"]
    // Not by subscript, to which "200" is an integer.
    let response = try members(#require(responses)).first { $0.name == "200" }?.value
    let example = try #require(response?["content"]?["application/json"]?["example"])
    #expect(try JSONValue(example) == content)
  }

  @Test func `The links of the index are the paths`() async throws {
    let links = try await withGateway { gateway in
      try await gateway.answer(.get, "/").json?["links"]?.asObject
    }
    let paths = Set(try document.operations().map(\.path)).subtracting(["/"])
    #expect(Set(try #require(links).members.compactMap(\.value.asString)) == paths)
  }
}

extension String {
  fileprivate func components(after marker: String) -> [String]? {
    guard let start = firstRange(of: marker)?.upperBound else { return nil }
    return self[start...].split(separator: ", ").map(String.init)
  }
}

extension Route {
  /// One of each case; ``template`` doesn't compile without a new one.
  fileprivate static let samples: [Route] = [
    .index, .openAPI, .livez, .readyz, .problem(""), .sessions, .session(""),
    .executors(sessionID: ""), .calculations(sessionID: ""),
    .code(sessionID: "", calculationID: ""),
    .events(sessionID: "", calculationID: ""),
    .calculation(sessionID: "", calculationID: ""),
    .output(.stdout, sessionID: "", calculationID: ""),
    .output(.stderr, sessionID: "", calculationID: ""),
  ]

  fileprivate var template: String {
    switch self {
    case .index: "/"
    case .openAPI: "/openapi.yaml"
    case .livez: "/livez"
    case .readyz: "/readyz"
    case .problem: "/problems/{code}"
    case .sessions: "/sessions"
    case .session: "/sessions/{sessionId}"
    case .executors: "/sessions/{sessionId}/executors"
    case .code: "/sessions/{sessionId}/calculations/{calculationId}/code"
    case .events: "/sessions/{sessionId}/calculations/{calculationId}/events"
    case .calculations: "/sessions/{sessionId}/calculations"
    case .calculation: "/sessions/{sessionId}/calculations/{calculationId}"
    case .output(let output, _, _):
      "/sessions/{sessionId}/calculations/{calculationId}/\(output.rawValue)"
    }
  }
}
