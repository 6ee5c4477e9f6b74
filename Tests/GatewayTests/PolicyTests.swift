import Callers
import HTTPTypes
import Testing

@testable import Gateway

struct PolicyTests {
  private func fault(_ text: String) -> String? {
    do throws(Policy.Fault) {
      _ = try Policy(parsing: bytes(text))
      return nil
    } catch {
      return error.description
    }
  }

  // MARK: Its text

  @Test(arguments: [
    #"{"rules": []}"#,
    #"{"rules": [{"callers": ["*"], "workGroups": ["*"], "methods": ["GET"]}]}"#,
    """
    {"rules": [{"callers": ["key:a", "token:b*", "certificate:dns:c", "anonymous"],
                "workGroups": ["w", "x-y.z_1"], "sessions": ["s"], "methods": ["GET", "POST", "DELETE"],
                "codeUri": true}]}
    """,
  ])
  func `A policy is a list of rules`(text: String) {
    #expect(fault(text) == nil)
  }

  @Test(arguments: [
    ("", "not JSON as RFC 8259 has it: line 1, column 1: the JSON text ends too early"),
    ("[]", "must be an object, not an array"),
    ("{}", "/rules is required"),
    (#"{"rules": {}}"#, "/rules must be an array, not an object"),
    (#"{"rules": [1]}"#, "/rules/0 must be an object, not a number"),
    (
      #"{"rules": [{}]}"#,
      "/rules/0/callers is required; /rules/0/workGroups is required; /rules/0/methods is required"
    ),
    (
      #"{"rules": [{"callers": [], "workGroups": [], "methods": [], "sessions": []}]}"#,
      "/rules/0/callers must have at least one element; /rules/0/workGroups must have at least one element; "
        + "/rules/0/sessions must have at least one element; /rules/0/methods must have at least one element"
    ),
    (
      #"{"rules": [{"callers": [1], "workGroups": ["a b"], "methods": ["get"], "codeUri": "yes"}]}"#,
      "/rules/0/callers/0 must be a string, not a number; /rules/0/workGroups/0 must match "
        + "[a-zA-Z0-9._-]{1,128}; /rules/0/methods/0 must be GET (which has HEAD with it), POST or DELETE; "
        + "/rules/0/codeUri must be a boolean, not a string"
    ),
    (
      #"{"rules": [{"callers": ["*"], "workGroups": ["*"], "methods": ["GET"], "session": ["s"]}]}"#,
      "/rules/0/session is not a member of this object; the members are callers, workGroups, sessions, "
        + "methods, codeUri"
    ),
    (
      #"{"rules": [], "rules": []}"#,
      #"not JSON as RFC 8259 has it: line 1, column 15: a member named "rules" appears twice in /rules"#
    ),
  ])
  func `Everything that is wrong with one is told, with its place`(text: String, expected: String) {
    #expect(fault(text) == expected)
  }

  // MARK: Callers

  @Test(arguments: [
    "", "keys:a", "key", "key:", "a", "token:", "Key:a", "anonymous:10.0.0.1", "k*", "*a", "key:*a",
    "key:a**", "certificate", "anonymous*",
  ])
  func `What no caller's text can be like is a slip of the pen`(pattern: String) {
    #expect(CallerPattern(pattern) == nil)
  }

  @Test(arguments: [
    ("*", Caller(.key, "a"), true), ("*", .anonymous, true),
    ("key:a", Caller(.key, "a"), true), ("key:a", Caller(.key, "ab"), false),
    ("key:a", Caller(.key, "A"), false), ("key:a", Caller(.token, "a"), false),
    ("key:a*", Caller(.key, "ab"), true), ("key:*", Caller(.key, ""), false),
    ("key:*", Caller(.key, "anything"), true), ("key:*", Caller(.token, "key:a"), false),
    ("token:*", Caller(.key, "a"), false), ("anonymous", Caller(.key, "anonymous"), false),
    ("anonymous", Caller(.anonymous, "192.0.2.1"), true),
    ("certificate:dns:*", Caller(.certificate, "dns:a"), true),
    ("certificate:dns:*", Caller(.certificate, "uri:a"), false),
    // Canonically equivalent, and another name all the same.
    ("key:\u{E9}", Caller(.key, "e\u{301}"), false), ("key:e*", Caller(.key, "e\u{301}"), true),
  ])
  func `A pattern is a caller's text, or how it begins`(
    pattern: String, caller: Caller, isMatch: Bool
  ) throws {
    #expect(try #require(CallerPattern(pattern)).matches(caller.nameInPolicies) == isMatch)
  }

  // MARK: Rights

  private static let text = """
    {"rules": [
      {"callers": ["key:reader"], "workGroups": ["*"], "methods": ["GET"]},
      {"callers": ["key:w"], "workGroups": ["w"], "methods": ["GET", "POST"]},
      {"callers": ["key:w"], "workGroups": ["x"], "methods": ["GET"]},
      {"callers": ["key:s"], "workGroups": ["*"], "sessions": ["one", "two"], "methods": ["POST"],
       "codeUri": true},
      {"callers": ["key:b"], "workGroups": ["*"], "methods": ["GET"]},
      {"callers": ["key:b"], "workGroups": ["w"], "methods": ["DELETE"]},
      {"callers": ["key:b"], "workGroups": ["v"], "sessions": ["one"], "methods": ["POST"],
       "codeUri": true},
      {"callers": ["key:b"], "workGroups": ["v"], "methods": ["POST"]}
    ]}
    """

  private static let verdicts: [(String, HTTPRequest.Method, String, String?, Rights.Verdict)] = [
    ("nobody", .get, "one", nil, .unseen), ("nobody", .get, "one", "w", .unseen),
    ("reader", .get, "one", nil, .allowed(codeURI: false)),
    ("reader", .head, "one", nil, .allowed(codeURI: false)),
    ("reader", .delete, "one", nil, .forbidden),
    ("w", .get, "one", nil, .undecided), ("w", .get, "one", "w", .allowed(codeURI: false)),
    ("w", .post, "one", "w", .allowed(codeURI: false)), ("w", .delete, "one", "w", .forbidden),
    ("w", .get, "one", "x", .allowed(codeURI: false)), ("w", .post, "one", "x", .forbidden),
    ("w", .get, "one", "y", .unseen), ("w", .get, "one", "W", .unseen),
    ("s", .post, "one", nil, .allowed(codeURI: true)), ("s", .get, "two", nil, .forbidden),
    ("s", .post, "three", nil, .unseen), ("s", .post, "ONE", nil, .unseen),
    // What is allowed by one rule whatever the workgroup needs no other one.
    ("b", .get, "one", nil, .allowed(codeURI: false)), ("b", .delete, "one", nil, .undecided),
    ("b", .delete, "one", "w", .allowed(codeURI: false)),
    ("b", .delete, "one", "v", .forbidden), ("b", .post, "one", nil, .undecided),
    ("b", .post, "one", "v", .allowed(codeURI: true)),
    ("b", .post, "two", "v", .allowed(codeURI: false)),
  ]

  @Test(arguments: verdicts)
  func `What a caller may do to a session is what one of its rules allows`(
    key: String, method: HTTPRequest.Method, session: String, workGroup: String?,
    verdict: Rights.Verdict
  ) throws {
    let rights = try Policy(parsing: bytes(Self.text)).rights(of: Caller(.key, key))
    let name = workGroup.map { Array($0.utf8) }
    #expect(rights.verdict(on: method, ofSession: session, in: name) == verdict)
  }

  @Test(arguments: [
    ("nobody", HTTPRequest.Method.get, nil, false), ("reader", .get, nil, true),
    ("reader", .get, "anything", true), ("reader", .post, nil, false),
    ("w", .post, "w", true), ("w", .post, "x", false), ("w", .get, "x", true),
    ("w", .head, "x", true), ("w", .get, "y", false), ("w", .post, nil, true),
    // A rule about some sessions is none about starting or listing others.
    ("s", .post, nil, false), ("s", .get, nil, false), ("b", .post, "v", true),
  ])
  func `Sessions are started and listed in the workgroups of rules that name no sessions`(
    key: String, method: HTTPRequest.Method, workGroup: String?, isAllowed: Bool
  ) throws {
    let rights = try Policy(parsing: bytes(Self.text)).rights(of: Caller(.key, key))
    #expect(rights.allow(method, onSessionsOf: workGroup) == isAllowed)
  }
}
