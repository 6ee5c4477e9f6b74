import Callers
import HTTPMessage
import HTTPTypes
import Testing

@testable import Gateway

@Suite struct CallerTokenTests {
  /// The token of a call with a key that all callers of these tests have chosen.
  private func token(of name: String?) async throws -> String? {
    try await withGateway(
      callers: Authenticator.Ways(certificates: true, allowsAnonymous: true)
    ) { gateway in
      let request = Request(
        method: .post, path: "/sessions/s/calculations", authority: "localhost",
        fields: FieldSection([("Content-Type", "text/x-python"), ("Idempotency-Key", "k")]),
        clientCertificate: name.map {
          ClientCertificate(subject: "", alternativeNames: [.dns($0)])
        },
        body: BufferedBody(Array("1".utf8)))
      return try await gateway.respond(to: request).fields[.clientRequestToken]
    }
  }

  @Test func `One caller's idempotency key never meets another's`() async throws {
    let tokens = [try await token(of: "a"), try await token(of: "b"), try await token(of: nil)]
    #expect(Set(tokens).count == 3)
    #expect(try await token(of: "a") == tokens[0])
  }
}
