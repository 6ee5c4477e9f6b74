import Cryptography
import SigV4

@testable import AWSClient

/// What signing a call costs, its content's hash included.
let signing = [
  Piece("sign-athena", "a call to Athena, 200 bytes, with the day's key") { count in
    let signer = Signer(service: "athena")
    for _ in 0..<count { sink(signAthena(signer)) }
  },
  Piece("sign-athena-first", "the same without a key, as once a day") { count in
    for _ in 0..<count { sink(signAthena(Signer(service: "athena"))) }
  },
  Piece("sign-s3", "a GET from S3, with the day's key") { signS3(times: $0) },
]

private typealias Fields = [(name: String, value: String)]

private let region = Region("eu-west-1")!
private let second = 1_795_459_200
/// A role's, whose token is long.
private let credentials = Credentials(
  accessKeyID: "ASIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  sessionToken: String(repeating: "IQoJb3JpZ2luX2VjEXAM", count: 50))
private let body = [UInt8](repeating: UInt8(ascii: "#"), count: 200)
private let emptyHash = SHA256.hash([UInt8]())

private func signAthena(_ signer: Signer) -> Fields {
  signer.sign(
    method: "POST", path: "/", host: "athena.eu-west-1.amazonaws.com",
    fields: [
      ("Content-Type", "application/x-amz-json-1.1"),
      ("X-Amz-Target", "AmazonAthena.StartCalculationExecution"),
    ],
    payloadHash: SHA256.hash(body), pathRule: .standard, region: region, with: credentials,
    at: second)
}

private func signS3(times count: Int) {
  let signer = Signer(service: "s3")
  for _ in 0..<count {
    sink(
      signer.sign(
        method: "GET", path: "/sessions/6d2f5a3e/f47ac10b-58cc-4372-a567-0e02b2c3d479/stdout",
        host: "example-results.s3.eu-west-1.amazonaws.com",
        fields: [("X-Amz-Content-SHA256", emptyHash.hex)], payloadHash: emptyHash, pathRule: .s3,
        region: region, with: credentials, at: second))
  }
}
