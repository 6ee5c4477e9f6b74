import CivilTime
import Cryptography
import HTTPClient
import SigV4
import URIEncoding

/// Calls the Security Token Service: a form goes, XML comes (Smithy, `aws.protocols#awsQuery`).
struct STSClient {
  /// A role that is to be assumed.
  struct Role {
    let arn: String
    /// What CloudTrail shows beside the role.
    let sessionName: String
    var externalID: String?
    /// How long the credentials are to last; STS's own choice, an hour, where nobody says.
    var durationSeconds: Int?
  }

  /// What STS answers with.
  struct AssumedRole: Equatable {
    let credentials: TemporaryCredentials
    let accountID: String?
  }

  let endpoint: Endpoint
  let region: Region

  /// AssumeRole, signed by who may assume it.
  func assumeRole(
    _ role: Role, as source: Credentials, with tools: CredentialsTools
  ) async throws(AWSError) -> AssumedRole {
    let body = Self.form("AssumeRole", role, [("ExternalId", role.externalID)])
    let signer = Signer(service: "sts")
    let hash = SHA256.hash(body)
    let secrets = [source.secretAccessKey, source.sessionToken ?? ""]
    let answer = try await call(with: tools, isSigned: true, withholding: secrets) { now in
      request(
        body,
        signer.sign(
          method: "POST", path: path, host: endpoint.host, fields: Self.fields, payloadHash: hash,
          pathRule: .standard, region: region, with: source, at: now))
    }
    return try Self.assumedRole(answer, "AssumeRole")
  }

  /// AssumeRoleWithWebIdentity, which is not signed: the token says who asks.
  func assumeRole(
    _ role: Role, webIdentityToken token: String, with tools: CredentialsTools
  ) async throws(AWSError) -> AssumedRole {
    let body = Self.form("AssumeRoleWithWebIdentity", role, [("WebIdentityToken", token)])
    let answer = try await call(with: tools, isSigned: false, withholding: [token]) { _ in
      request(body, Self.fields)
    }
    return try Self.assumedRole(answer, "AssumeRoleWithWebIdentity")
  }

  // MARK: The request

  private static let fields = [
    (name: "Content-Type", value: "application/x-www-form-urlencoded; charset=utf-8")
  ]

  private var path: String { endpoint.basePath + "/" }

  private func request(_ body: [UInt8], _ fields: [(name: String, value: String)]) -> ClientRequest
  {
    ClientRequest(.post, endpoint.origin + path, fields: fields, body: body)
  }

  private func call(
    with tools: CredentialsTools, isSigned: Bool, withholding secrets: [String],
    _ request: (Int) -> ClientRequest
  ) async throws(AWSError) -> [UInt8] {
    let call = CredentialsCall(
      tools: tools,
      readError: { ServiceError(xml: $0.body, status: $0.status, fields: $0.fields) },
      secrets: secrets,
      // The identity provider could not be asked for its keys (STS's model says: try again).
      transientCodes: ["IDPCommunicationError"], isSigned: isSigned)
    return try await call.send(request)
  }

  private static func form(
    _ action: String, _ role: Role, _ own: [(name: String, value: String?)]
  ) -> [UInt8] {
    let parameters =
      [
        (name: "Action", value: action), (name: "Version", value: "2011-06-15"),
        (name: "RoleArn", value: role.arn), (name: "RoleSessionName", value: role.sessionName),
        (name: "DurationSeconds", value: role.durationSeconds.map(String.init)),
      ] + own
    var form: [UInt8] = []
    for (name, value) in parameters {
      guard let value else { continue }
      if !form.isEmpty { form.append(UInt8(ascii: "&")) }
      form += "\(name)=".utf8
      PercentEncoding.append(value.utf8, to: &form)
    }
    return form
  }

  // MARK: The answer

  private static func assumedRole(
    _ body: [UInt8], _ action: String
  ) throws(AWSError) -> AssumedRole {
    let root: XMLElement
    do throws(XMLError) {
      root = try XMLElement(parsing: body)
    } catch {
      throw .badAnswer("it \(error.reason), at byte \(error.position)")
    }
    guard root.name == "\(action)Response", let result = root["\(action)Result"] else {
      throw .badAnswer("it has no \(action)Result")
    }
    let credentials = result["Credentials"]
    return AssumedRole(
      credentials: try TemporaryCredentials(
        accessKeyID: credentials?["AccessKeyId"]?.text,
        secretAccessKey: credentials?["SecretAccessKey"]?.text,
        sessionToken: credentials?["SessionToken"]?.text,
        expiration: (credentials?["Expiration"]?.text).flatMap(secondsSince1970(rfc3339:))),
      accountID: (result["AssumedRoleUser"]?["Arn"]?.text).flatMap(account))
  }

  /// `arn:aws:sts::123456789012:assumed-role/name/session`
  private static func account(arn: String) -> String? {
    let parts = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
    guard parts.count == 6, parts[0] == "arn", parts[4].utf8.count == 12,
      parts[4].utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    else { return nil }
    return String(parts[4])
  }
}
