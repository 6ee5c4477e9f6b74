import Callers
import HTTPMessage
import HTTPTypes
import JSON
import Testing

@testable import Gateway

struct ClientCertificateTests {
  private static let caller = ClientCertificate(
    subject: "CN=caller", alternativeNames: [.dns("caller.example")])

  /// The status, and the problem's code where there is one.
  private func answer(
    _ path: String, host: String = "localhost", certificate: ClientCertificate? = nil,
    isRequired: Bool = true
  ) async throws -> (Int, String?) {
    try await withGateway(callers: Authenticator.Ways(certificates: isRequired)) { gateway in
      let request = Request(
        method: .get, path: path, scheme: "https", authority: host,
        clientCertificate: certificate)
      let response = try await gateway.respond(to: request)
      return (response.status.code, response.json?["code"]?.asString)
    }
  }

  @Test(arguments: [
    "/", "/problems/range", "/nothing", "/livez/", "/sessions/s/calculations",
  ])
  func `Where certificates are asked for, who shows none may do nothing and learn nothing`(
    path: String
  ) async throws {
    #expect(try await answer(path) == (403, "forbidden"))
  }

  @Test func `Who shows one is served, and who needs none`() async throws {
    #expect(try await answer("/", certificate: Self.caller) == (200, nil))
    #expect(try await answer("/nothing", certificate: Self.caller) == (404, "not-found"))
    #expect(try await answer("/", isRequired: false) == (200, nil))
  }

  @Test func `Whoever asks whether the gateway lives has no certificate`() async throws {
    #expect(try await answer("/livez") == (200, nil))
    #expect(try await answer("/readyz").1 != "forbidden")
  }

  @Test func `The host is judged before the caller`() async throws {
    #expect(try await answer("/", host: "evil.com") == (421, "misdirected-request"))
  }
}
