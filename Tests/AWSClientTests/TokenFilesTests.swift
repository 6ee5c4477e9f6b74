import EventLoop
import Testing

@testable import AWSClient

struct TokenFilesTests {
  private static let config = """
    [default]
    sso_session = s
    sso_account_id = 123456789012
    sso_role_name = r
    [sso-session s]
    sso_start_url = https://example.com
    sso_region = eu-west-1
    """

  @Test(arguments: ["sso", "assume-role-with-web-identity", "container-role"])
  func `While a file is read, what else is on the loop goes on`(name: String) async throws {
    let home = TestHome()
    home.write(".aws/config", Self.config)
    let environment = home.environment([
      "AWS_WEB_IDENTITY_TOKEN_FILE": "\(home.path)/none", "AWS_ROLE_ARN": "arn:aws:iam::1:role/r",
      "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1/",
      "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "\(home.path)/none",
    ])
    try await withTools { tools, url in
      let files = home.files()
      let sources: [any CredentialsSource] = [
        SSOSource(
          profile: "default", files: files, environment: environment,
          endpoints: try Endpoints.all(at: url), unsaved: UnsavedTokens()),
        WebIdentitySource(
          profile: "default", files: files, environment: environment, sts: try STSClient(at: url)),
        ContainerSource(environment),
      ]
      let source = try #require(sources.first { $0.name == name })
      let hasGoneOn = Lock(false)
      tools.loop.spawn { hasGoneOn.withLock { $0 = true } }
      // The file is missing, so that there is nothing else to wait for.
      guard case .failure(let error) = await source.outcome(with: tools) else {
        Issue.record("a token came from nowhere")
        return
      }
      #expect(error.reason.contains("is not there, or is no file"), "\(error)")
      #expect(hasGoneOn.withLock { $0 })
    }
  }
}
