public import SigV4

/// Credentials, and what is known of them.
public struct ResolvedCredentials: Sendable, Equatable {
  public let credentials: Credentials
  /// When they end, in seconds since 1970; nil where they don't.
  public let expiration: Int?
  /// The account that they belong to, where the source says so.
  public let accountID: String?
  /// Where they are from, as messages call it: the source's name, with the profile or role where there
  /// is one. No secret.
  public let origin: String

  public init(
    _ credentials: Credentials, expiration: Int? = nil, accountID: String? = nil, origin: String
  ) {
    self.credentials = credentials
    self.expiration = expiration
    self.accountID = accountID
    self.origin = origin
  }

  /// Whether these are what the earlier ones were, perhaps for longer: keys that end are other ones each
  /// time that their source is asked.
  func isRenewal(of earlier: ResolvedCredentials?) -> Bool {
    guard let earlier, origin == earlier.origin, accountID == earlier.accountID
    else { return false }
    return expiration != nil && earlier.expiration != nil
      || credentials.accessKeyID == earlier.credentials.accessKeyID
  }

  /// The name of the source alone.
  var source: String { String(origin.prefix { $0 != "," && $0 != " " }) }
}
