import CivilTime
import JSON
import SigV4

/// What the container and instance metadata services answer with, and EKS adds `AccountId` to:
///
///     {"AccessKeyId": "…", "SecretAccessKey": "…", "Token": "…", "Expiration": "2026-11-23T08:00:00Z"}
struct MetadataAnswer {
  /// What of an answer is read: credentials have some 2 KiB, most of it the session token.
  static let limit = 64 * 1024

  /// Why an answer holds no credentials: the rest of a sentence about it. Repeats no value.
  struct Problem: Error, Equatable {
    let reason: String
  }

  private let object: JSONObject

  init(_ bytes: [UInt8]) throws(Problem) {
    let value: JSONValue
    do throws(JSONError) {
      // Credentials are flat.
      value = try JSONValue(parsing: bytes, maximumDepth: 8)
    } catch {
      throw Problem(reason: "is not JSON: \(error)")
    }
    guard let object = value.asObject else { throw Problem(reason: "is JSON but not an object") }
    self.object = object
  }

  /// What a service says that has no credentials to give, as its code and message; nil where it has.
  var refusal: String? {
    guard object["AccessKeyId"] == nil, let code = object["Code"]?.asString else { return nil }
    let message = object["Message"]?.asString ?? "no message"
    return "\(code): \(message)".excerpt
  }

  func credentials(origin: String) throws(Problem) -> ResolvedCredentials {
    var reader = JSONObjectReader(object, nullIsAbsent: true, allowsUnknownMembers: true)
    let key = reader.text("AccessKeyId", mayBeEmpty: false)
    let secret = reader.text("SecretAccessKey", mayBeEmpty: false)
    // Empty where a stand-in for a service hands out the keys of a user.
    let token = reader.text("Token")
    let expiration = reader.text("Expiration").flatMap { text in
      let seconds = secondsSince1970(rfc3339: text)
      if seconds == nil { reader.record("is no time of RFC 3339", at: "Expiration") }
      return seconds
    }
    let account = reader.string("AccountId")
    guard let key, let secret, let token, let expiration, reader.findings.isEmpty else {
      let findings = reader.findings.map { "\($0.pointer) \($0.detail)" }
      throw Problem(reason: "holds no credentials: \(findings.joined(separator: ", "))")
    }
    return ResolvedCredentials(
      Credentials(
        accessKeyID: key, secretAccessKey: secret, sessionToken: token.isEmpty ? nil : token),
      expiration: expiration, accountID: account, origin: origin)
  }
}

extension JSONObjectReader {
  fileprivate mutating func text(_ name: String, mayBeEmpty: Bool = true) -> String? {
    guard value(name) ?? .null != .null else {
      record("is missing", at: name)
      return nil
    }
    guard let text = string(name) else { return nil }
    if text.isEmpty, !mayBeEmpty { record("is empty", at: name) }
    if text.hasControlCharacter { record("has a control character in it", at: name) }
    return text
  }
}

extension String {
  /// A service's own words, cut short, without what could break a line or steer a terminal.
  fileprivate var excerpt: String {
    String(
      prefix(200).map { $0.isASCII && !$0.isNewline && !String($0).hasControlCharacter ? $0 : "?" })
  }
}
