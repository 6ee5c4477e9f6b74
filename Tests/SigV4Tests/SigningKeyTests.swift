import Cryptography
import SigV4
import Testing

@Suite struct SigningKeyTests {
  static let credentials = Credentials(
    accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    sessionToken: "FwoGZXIvYXdzEXAMPLETOKEN")

  /// "List users" of the guide's worked example, before IAM's host became a real one.
  @Test func `signs the example of AWS's guide`() {
    let time = SigningTime(secondsSince1970: 1_440_938_160)
    let scope = CredentialScope(date: time.date, region: "us-east-1", service: "iam")
    let request = SignableRequest(
      method: "GET", path: "/", query: "Action=ListUsers&Version=2010-05-08",
      headers: [
        ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),
        ("Host", "iam.amazonaws.com"), ("X-Amz-Date", time.dateTime),
      ],
      payloadHash: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    let field = SigningKey(credentials: Self.credentials, scope: scope)
      .authorization(for: request, at: time)
    #expect(
      field.value == """
        AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, \
        SignedHeaders=content-type;host;x-amz-date, \
        Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7
        """)
  }

  @Test func `differs with each part of what it is derived from`() {
    func sign(_ secret: String, _ date: String, _ region: String, _ service: String) -> String {
      SigningKey(
        credentials: Credentials(accessKeyID: "AKID", secretAccessKey: secret),
        scope: CredentialScope(date: date, region: region, service: service)
      ).signature(of: []).hex
    }
    let signatures = [
      sign("s", "20150830", "us-east-1", "s3"), sign("S", "20150830", "us-east-1", "s3"),
      sign("s", "20150831", "us-east-1", "s3"), sign("s", "20150830", "us-east-2", "s3"),
      sign("s", "20150830", "us-east-1", "athena"),
    ]
    #expect(Set(signatures).count == signatures.count)
  }

  @Test func `shows no secret, however it is printed`() {
    let credentials = Self.credentials
    let scope = CredentialScope(date: "20150830", region: "us-east-1", service: "iam")
    let key = SigningKey(credentials: credentials, scope: scope)
    for value in [credentials, [credentials], Optional(credentials) as Any, key, [key]] as [Any] {
      var dumped = ""
      dump(value, to: &dumped)
      for text in ["\(value)", String(describing: value), String(reflecting: value), dumped] {
        #expect(text.contains("AKIDEXAMPLE"))
        #expect(!text.contains("wJalr"))
        #expect(!text.contains("FwoG"))
        #expect(!text.contains("Digest"))
      }
    }
  }
}
