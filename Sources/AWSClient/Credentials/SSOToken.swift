import CivilTime
import JSON

/// What `aws sso login` leaves in a file, for every tool that acts for who logged in.
struct SSOToken: Equatable {
  /// The program that Identity Center knows, and what it may do in the name of who logged in.
  struct Registration: Equatable {
    let clientID: String
    let clientSecret: String
    let refreshToken: String
    /// As it is written in the file.
    let end: String
  }

  /// Sent to the portal in a field. A secret, like all of the registration.
  let accessToken: String
  /// In seconds since 1970.
  let end: Int
  /// What renews the token; nil where a login left nothing to do it with.
  let registration: Registration?

  init(accessToken: String, end: Int, registration: Registration?) {
    self.accessToken = accessToken
    self.end = end
    self.registration = registration
  }

  /// nil for what is no token.
  init?(parsing bytes: [UInt8]) {
    guard let object = (try? JSONValue(parsing: bytes, maximumDepth: 8))?.asObject,
      let token = object["accessToken"]?.asString,
      let accessToken = try? TemporaryCredentials.checked(token, "access token"),
      let end = (object["expiresAt"]?.asString).flatMap(Self.moment)
    else { return nil }
    self.init(accessToken: accessToken, end: end, registration: Registration(object))
  }

  /// Earlier versions of the aws command ended a moment with `UTC`.
  fileprivate static func moment(_ text: String) -> Int? {
    secondsSince1970(rfc3339: text.hasSuffix("UTC") ? String(text.dropLast(3)) + "Z" : text)
  }

  /// The file's content, as botocore writes it.
  func json(_ settings: SSOSettings) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("startUrl", settings.startURL)
    writer.member("region", settings.region.name)
    writer.member("accessToken", accessToken)
    // To the second: not every tool reads a fraction.
    writer.member("expiresAt", rfc3339(secondsSince1970: Double(end)).dropLast(5) + "Z")
    if let registration {
      writer.member("clientId", registration.clientID)
      writer.member("clientSecret", registration.clientSecret)
      writer.member("registrationExpiresAt", registration.end)
      writer.member("refreshToken", registration.refreshToken)
    }
    writer.endObject()
    return writer.bytes
  }
}

extension SSOToken.Registration {
  fileprivate init?(_ object: JSONObject) {
    guard let clientID = object["clientId"]?.asString,
      let clientSecret = object["clientSecret"]?.asString,
      let refreshToken = object["refreshToken"]?.asString,
      let end = object["registrationExpiresAt"]?.asString
    else { return nil }
    self.init(clientID: clientID, clientSecret: clientSecret, refreshToken: refreshToken, end: end)
  }

  /// Whether it has ended; what can't be read has.
  func hasEnded(_ tools: CredentialsTools) -> Bool {
    SSOToken.moment(end).map(tools.hasEnded) ?? true
  }
}
