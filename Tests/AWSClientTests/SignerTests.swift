import Cryptography
import SigV4
import Testing

@testable import AWSClient

@Suite struct SignerTests {
  /// Each differs from the one before in one thing that the signer keeps.
  @Test func `signs as one would that has signed nothing before`() {
    let kept = Signer(service: "athena")
    let tries: [(Credentials, String, [(name: String, value: String)], Int)] = [
      (credentials("A", "s", nil), "eu-west-1", [("X-Amz-Target", "T")], 86_399),
      (credentials("A", "s", nil), "eu-west-1", [("X-Amz-Target", "U")], 86_399),
      (credentials("A", "s", nil), "eu-west-1", [("X-Amz-Target", "U")], 86_400),
      (credentials("A", "s", nil), "us-east-1", [("X-Amz-Target", "U")], 86_400),
      (credentials("A", "t", nil), "us-east-1", [("X-Amz-Target", "U")], 86_400),
      (credentials("B", "t", nil), "us-east-1", [("X-Amz-Target", "U")], 86_400),
      (credentials("B", "t", "x"), "us-east-1", [("X-Amz-Target", "U")], 86_400),
      (credentials("B", "t", "y"), "us-east-1", [("X-Amz-Target", "U")], 86_400),
      (credentials("B", "t", "y"), "us-east-1", [("Range", "bytes=0-1")], 86_400),
      (credentials("B", "t", "y"), "us-east-1", [], 86_400),
    ]
    var signatures: Set<String> = []
    for (credentials, region, fields, seconds) in tries {
      let new = Signer(service: "athena")
      let (one, other) = (
        sign(by: kept, credentials, region, fields, seconds),
        sign(by: new, credentials, region, fields, seconds)
      )
      #expect(one.map(\.name) == other.map(\.name))
      #expect(one.map(\.value) == other.map(\.value))
      #expect(one.last?.name == "Authorization")
      signatures.insert(one.last?.value ?? "")
    }
    #expect(signatures.count == tries.count)
  }

  private func credentials(_ id: String, _ secret: String, _ token: String?) -> Credentials {
    Credentials(accessKeyID: id, secretAccessKey: secret, sessionToken: token)
  }

  private func sign(
    by signer: Signer, _ credentials: Credentials, _ region: String,
    _ fields: [(name: String, value: String)], _ seconds: Int
  ) -> [(name: String, value: String)] {
    signer.sign(
      method: "POST", path: "/", host: "h", fields: fields, payloadHash: SHA256.hash(""),
      pathRule: .standard, region: Region(region)!, with: credentials, at: seconds)
  }
}
