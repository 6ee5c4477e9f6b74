import SigV4
import Testing

@testable import AWSClient

struct EnvironmentCredentialsTests {
  private static let key = ["AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "secret"]

  private func credentials(_ more: [String: String]) async throws -> Credentials {
    try await EnvironmentCredentials(Self.key.merging(more) { $1 }).credentials()
  }

  @Test func `A key and its secret are enough`() async throws {
    let expected = Credentials(accessKeyID: "AKID", secretAccessKey: "secret")
    #expect(try await credentials([:]) == expected)
    #expect(try await credentials(["AWS_SESSION_TOKEN": ""]) == expected)
  }

  /// botocore asks the older name first.
  @Test func `A token has two names`() async throws {
    #expect(try await credentials(["AWS_SESSION_TOKEN": "t"]).sessionToken == "t")
    #expect(try await credentials(["AWS_SECURITY_TOKEN": "u"]).sessionToken == "u")
    let both = ["AWS_SESSION_TOKEN": "t", "AWS_SECURITY_TOKEN": "u"]
    #expect(try await credentials(both).sessionToken == "u")
  }

  @Test(arguments: [
    [:], ["AWS_ACCESS_KEY_ID": ""], ["AWS_SECRET_ACCESS_KEY": "secret"],
    ["AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "secret"],
  ])
  func `Without a key there are none`(environment: [String: String]) async throws {
    let provider = try EnvironmentCredentials(environment)
    #expect(provider.isEmpty)
    let error = await #expect(throws: AWSError.self) { try await provider.credentials() }
    guard case .noCredentials = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test(arguments: [
    ["AWS_ACCESS_KEY_ID": "AKID"], ["AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": ""],
  ])
  func `A key without its secret is a mistake`(environment: [String: String]) {
    #expect(throws: EnvironmentCredentials.Problem.incomplete) {
      try EnvironmentCredentials(environment)
    }
  }

  @Test(arguments: ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"])
  func `A line break in one of them is a mistake`(variable: String) {
    for text in ["a\n", "a\r\n", "a\0b", "\u{7F}"] {
      #expect(throws: EnvironmentCredentials.Problem.controlCharacter(variable: variable)) {
        try EnvironmentCredentials(Self.key.merging([variable: text]) { $1 })
      }
    }
  }

  @Test func `Nothing that prints them shows the secret`() throws {
    let provider = try EnvironmentCredentials(Self.key)
    var dumped = ""
    dump(provider, to: &dumped)
    #expect(!dumped.contains("secret\""))
    #expect(!"\(provider)".contains("\"secret\""))
  }
}
