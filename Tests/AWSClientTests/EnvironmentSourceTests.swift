import SigV4
import Testing

@testable import AWSClient

struct EnvironmentSourceTests {
  private static let key = ["AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "secret"]

  private func resolve(_ environment: [String: String]) async throws -> ResolvedCredentials? {
    try await withService(answering: Script()) { context, _ in
      try await EnvironmentSource(AWSEnvironment(environment)).resolve(with: context.tools)
    }
  }

  private func credentials(_ more: [String: String]) async throws -> Credentials? {
    try await resolve(Self.key.merging(more) { $1 })?.credentials
  }

  @Test func `A key and its secret are enough`() async throws {
    let expected = Credentials(accessKeyID: "AKID", secretAccessKey: "secret")
    #expect(try await credentials([:]) == expected)
    #expect(try await credentials(["AWS_SESSION_TOKEN": ""]) == expected)
  }

  /// botocore asks the older name first.
  @Test func `A token has two names`() async throws {
    #expect(try await credentials(["AWS_SESSION_TOKEN": "t"])?.sessionToken == "t")
    #expect(try await credentials(["AWS_SECURITY_TOKEN": "u"])?.sessionToken == "u")
    let both = ["AWS_SESSION_TOKEN": "t", "AWS_SECURITY_TOKEN": "u"]
    #expect(try await credentials(both)?.sessionToken == "u")
  }

  @Test(arguments: [
    [:], ["AWS_ACCESS_KEY_ID": ""], ["AWS_SECRET_ACCESS_KEY": "secret"],
    ["AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "secret"],
  ])
  func `Without a key it is not configured`(environment: [String: String]) async throws {
    #expect(try await resolve(environment) == nil)
  }

  @Test(arguments: [
    ["AWS_ACCESS_KEY_ID": "AKID"], ["AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": ""],
  ])
  func `A key without its secret is a mistake`(environment: [String: String]) async throws {
    let error = await #expect(throws: CredentialsError.self) { try await resolve(environment) }
    #expect(error?.description.contains("AWS_SECRET_ACCESS_KEY is not") == true)
  }

  @Test(arguments: ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"])
  func `A line break in one of them is a mistake`(variable: String) async throws {
    for text in ["a\n", "a\r\n", "a\0b", "\u{7F}"] {
      let error = await #expect(throws: CredentialsError.self) {
        try await credentials([variable: text])
      }
      #expect(error?.description.contains(variable) == true)
    }
  }

  @Test func `Nothing that prints them shows the secret`() async throws {
    let found = try await resolve(Self.key)
    let resolved = try #require(found)
    var dumped = ""
    dump(resolved, to: &dumped)
    #expect(!dumped.contains("secret\""))
    #expect(!"\(resolved)".contains("\"secret\""))
  }
}
