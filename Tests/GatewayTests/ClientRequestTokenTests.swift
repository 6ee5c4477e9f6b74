import Cryptography
import HTTPMessage
import Testing

@testable import Gateway

struct ClientRequestTokenTests {
  private func token(
    _ keys: [String], operation: String = "Op", caller: String = "me", resource: String = "s"
  ) throws(Problem) -> String? {
    try ClientRequestToken.derived(
      from: FieldSection(keys.map { (name: "idempotency-key", value: $0) }),
      operation: operation, caller: caller, resource: resource)
  }

  @Test func `Without a key there is none`() throws {
    #expect(try token([]) == nil)
  }

  @Test func `It is the digest of all parts, each after its length in bytes`() throws {
    #expect(
      try token(["k"], operation: "StartCalculationExecution", caller: "", resource: "é")
        == SHA256.hash(bytes("25:StartCalculationExecution0:2:é1:k")).hex)
  }

  @Test func `A quoted key is the same as a bare one`() throws {
    #expect(try token(["\"8e03\""]) == token(["8e03"]))
    #expect(try token([#""a\\b""#]) == token([#"a\b"#]))
    #expect(try token(["\"a b\""]) != nil)
    #expect(try token(["\"a\";q=1"]) == token(["a"]))
  }

  /// Tuples that are alike once their parts are joined.
  @Test func `No two tuples meet`() throws {
    let tuples = [
      ("Op", "me", "s", "k"), ("Opm", "e", "s", "k"), ("Op", "mes", "", "k"),
      ("Op", "", "mes", "k"),
      ("Op", "me", "sk", "1"), ("Op", "me", "s1", "k"), ("Op", "me1", "s", "k"),
      ("Op", "me", "s1:k", "1"), ("Op", "me", "s", "1:k"), ("Op2:me", "", "s", "k"),
      ("Op", "me1:s", "", "k"), ("Op", "m", "es", "k"), ("", "Op", "mes", "k"),
    ]
    let tokens = try tuples.map { operation, caller, resource, key in
      try token([key], operation: operation, caller: caller, resource: resource)
    }
    #expect(Set(tokens).count == tuples.count)
  }

  @Test(arguments: [
    [""], ["\"\""], ["a", "b"], ["a", "a"], ["a b"], ["a, b"], ["a\"b"], ["\"a"], ["\"a\"b"],
    ["\"a\", \"b\""], ["\"é\""], ["é"], ["a\u{7F}"], ["\"a\\x\""],
  ])
  func `What is not one key is refused`(keys: [String]) {
    let problem = problem { () throws(Problem) in try token(keys) }
    #expect(problem?.code == .invalidRequest)
  }

  @Test(arguments: [(1, true), (255, true), (256, false)])
  func `A key has 1 to 255 characters`(length: Int, isOne: Bool) {
    let key = String(repeating: "k", count: length)
    for key in [key, "\"\(key)\""] {
      let problem = problem { () throws(Problem) in try token([key]) }
      #expect(problem?.code == (isOne ? nil : .invalidRequest))
    }
  }

  @Test func `Tokens of both kinds are within Athena's bounds, and random ones differ`() throws {
    let derived = try #require(try token(["k"]))
    #expect(ClientRequestToken.length.contains(derived.count))
    let random = (0..<1000).map { _ in ClientRequestToken.random() }
    #expect(Set(random).count == 1000)
    #expect(random.allSatisfy { ClientRequestToken.length.contains($0.count) })
  }
}
