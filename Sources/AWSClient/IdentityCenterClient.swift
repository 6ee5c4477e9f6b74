import HTTPClient
import JSON
import URIEncoding

/// Calls IAM Identity Center, which was AWS Single Sign-On: its portal, and its OpenID Connect. Neither is
/// signed.
struct IdentityCenterClient {
  let portal: Endpoint
  let oidc: Endpoint

  /// GetRoleCredentials: those of a role, for who holds the access token.
  func roleCredentials(
    roleName: String, accountID: String, accessToken: String, with tools: CredentialsTools
  ) async throws(AWSError) -> TemporaryCredentials {
    let query =
      "role_name=\(PercentEncoding.encode(roleName))&account_id=\(PercentEncoding.encode(accountID))"
    let url = "\(portal.origin)\(portal.basePath)/federation/credentials?\(query)"
    let answer = try await call(with: tools, withholding: [accessToken]) {
      ClientRequest(.get, url, fields: [("x-amz-sso_bearer_token", accessToken)])
    }
    let credentials = answer["roleCredentials"]
    let milliseconds = credentials?["expiration"]?.asNumber?.int
    return try TemporaryCredentials(
      accessKeyID: credentials?["accessKeyId"]?.asString,
      secretAccessKey: credentials?["secretAccessKey"]?.asString,
      sessionToken: credentials?["sessionToken"]?.asString,
      // Towards the past, and not towards zero.
      expiration: milliseconds.map { $0 < 0 ? -1 : $0 / 1000 })
  }

  /// CreateToken, by a refresh token: a new access token, and mostly a new refresh token too.
  func renew(
    _ registration: SSOToken.Registration, with tools: CredentialsTools
  ) async throws(AWSError) -> SSOToken {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("clientId", registration.clientID)
    writer.member("clientSecret", registration.clientSecret)
    writer.member("grantType", "refresh_token")
    writer.member("refreshToken", registration.refreshToken)
    writer.endObject()
    let body = writer.bytes
    let url = "\(oidc.origin)\(oidc.basePath)/token"
    let secrets = [registration.clientSecret, registration.refreshToken]
    let answer = try await call(with: tools, withholding: secrets) {
      ClientRequest(.post, url, fields: [("Content-Type", "application/json")], body: body)
    }
    guard let seconds = answer["expiresIn"]?.asNumber?.int, (1...Self.longest).contains(seconds)
    else { throw .badAnswer("it has no expiresIn that can be read") }
    return SSOToken(
      accessToken: try TemporaryCredentials.checked(
        answer["accessToken"]?.asString, "access token"),
      end: tools.clock() + seconds,
      // Without a new refresh token the next login is the one that renews: botocore keeps no old one.
      registration: (answer["refreshToken"]?.asString).map { token in
        SSOToken.Registration(
          clientID: registration.clientID, clientSecret: registration.clientSecret,
          refreshToken: token, end: registration.end)
      })
  }

  /// Ten years of seconds: a token that claims to last longer does not.
  private static let longest = 10 * 366 * 86400

  private func call(
    with tools: CredentialsTools, withholding secrets: [String], _ request: () -> ClientRequest
  ) async throws(AWSError) -> JSONObject {
    let call = CredentialsCall(
      tools: tools,
      readError: { ServiceError(json: $0.body, status: $0.status, fields: $0.fields) },
      secrets: secrets)
    let body = try await call.send { _ in request() }
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue(parsing: body, maximumDepth: 8)
    } catch {
      throw .badAnswer("it is not JSON: \(error)")
    }
    guard let object = value.asObject else { throw .badAnswer("it is JSON but not an object") }
    return object
  }
}
