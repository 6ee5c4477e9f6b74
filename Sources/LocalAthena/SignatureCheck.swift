import Cryptography
import HTTPMessage
import HTTPTypes
import SigV4

/// Whether a request is signed as AWS wants it, with the documented key pair, for this service and now.
struct SignatureCheck {
  /// How far the clocks of both sides may be apart, in seconds.
  static let tolerance = 15 * 60

  let request: Request
  let service: String
  let pathRule: PathRule
  let payloadHash: String

  /// Goes from what a reader of the request can see to what only the secret can tell, as AWS does.
  func verify(now: SigningTime) throws(SignatureFailure) {
    guard let value = request.fields[.authorization] else { throw .missing }
    let field = try parse(value)
    let time = try signingTime()
    try checkSignedHeaders(field.signedHeaders)
    try check(field.scope, time)
    try check(time, now)
    guard field.accessKeyID == LocalAthena.credentials.accessKeyID else { throw .unknownKey }
    if let token = request.fields[.amzSecurityToken], token != LocalAthena.sessionToken {
      throw .unknownToken
    }
    let key = SigningKey(credentials: LocalAthena.credentials, scope: field.scope)
    guard
      let canonical = CanonicalRequest(
        signable, signedHeaders: field.signedHeaders, pathRule: pathRule),
      key.signature(of: canonical.stringToSign(at: time, scope: field.scope)) == field.signature
    else { throw .mismatch }
  }

  private var signable: SignableRequest {
    SignableRequest(
      method: request.method.rawValue, path: request.path, query: request.query ?? "",
      headers: request.fields.all, payloadHash: payloadHash)
  }

  private func parse(_ value: String) throws(SignatureFailure) -> AuthorizationField {
    do throws(AuthorizationField.ParsingError) {
      return try AuthorizationField(parsing: value)
    } catch {
      if error == .malformedCredential, let terminator = Self.terminator(of: value) {
        throw .scope(
          "Credential should be scoped with a valid terminator: 'aws4_request', not "
            + "'\(terminator.shortened)'.")
      }
      throw .incomplete(error.message)
    }
  }

  /// What stands at the end of a scope of five parts where `aws4_request` should; nil for any other
  /// fault.
  private static func terminator(of value: String) -> String? {
    guard let start = value.firstRange(of: "Credential=")?.upperBound else { return nil }
    let parts = value[start...].prefix { $0 != "," && $0 != " " }
      .split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 5, parts[4] != "aws4_request" else { return nil }
    return String(parts[4])
  }

  private func signingTime() throws(SignatureFailure) -> SigningTime {
    guard let text = request.fields[.amzDate] else {
      throw .incomplete(
        "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
    }
    guard let time = SigningTime(dateTime: text) else {
      throw .incomplete(
        "Date must be in ISO-8601 'basic format'. Got '\(text.shortened)'. "
          + "See http://en.wikipedia.org/wiki/ISO_8601")
    }
    return time
  }

  /// What is not signed could be changed on the way: the host, the type and all that AWS reads.
  private func checkSignedHeaders(_ list: String) throws(SignatureFailure) {
    let signed = Set(list.split(separator: ";").map(String.init))
    guard signed.contains("host") else { throw .unsigned("Host' or ':authority") }
    for (name, _) in request.fields.all {
      let name = name.lowercased()
      guard name == "content-type" || name.hasPrefix("x-amz-") else { continue }
      guard signed.contains(name) else { throw .unsigned(name) }
    }
  }

  private func check(_ scope: CredentialScope, _ time: SigningTime) throws(SignatureFailure) {
    guard scope.service == service else {
      throw .scope("Credential should be scoped to correct service: '\(service)'. ")
    }
    guard scope.region.isRegion else {
      throw .scope("Credential should be scoped to a valid region. ")
    }
    guard scope.date == time.date else {
      throw .scope(
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
          + "'\(scope.date)' != '\(time.date)', from '\(time.dateTime)'.")
    }
  }

  private func check(_ time: SigningTime, _ now: SigningTime) throws(SignatureFailure) {
    let earliest = SigningTime(secondsSince1970: now.secondsSince1970 - Self.tolerance)
    let latest = SigningTime(secondsSince1970: now.secondsSince1970 + Self.tolerance)
    if time.secondsSince1970 < earliest.secondsSince1970 {
      throw .skewed(
        "Signature expired: \(time.dateTime) is now earlier than \(earliest.dateTime) "
          + "(\(now.dateTime) - 15 min.)")
    }
    if time.secondsSince1970 > latest.secondsSince1970 {
      throw .skewed(
        "Signature not yet current: \(time.dateTime) is still later than \(latest.dateTime) "
          + "(\(now.dateTime) + 15 min.)")
    }
  }
}

extension String {
  /// A label such as `eu-west-1`: that the region is one of AWS's own is not for us to know.
  fileprivate var isRegion: Bool {
    (1...63).contains(utf8.count) && utf8.first != UInt8(ascii: "-")
      && utf8.last != UInt8(ascii: "-")
      && utf8.allSatisfy {
        switch $0 {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: $0 == UInt8(ascii: "-")
        }
      }
  }

  /// At most 64 scalars of what came in, for a message.
  var shortened: String {
    let cut = String(String.UnicodeScalarView(unicodeScalars.prefix(64)))
    return cut.utf8.count == utf8.count ? self : cut + "…"
  }
}
