import HTTPMessage
import HTTPTypes

extension StandingFields {
  /// What every answer tells a browser that shows it, or is made to load it, since what code wrote and what
  /// callers sent may be in it: that it is no document with parts, in no frame, no other type than it says,
  /// and no other site's to load.
  ///
  /// No `Strict-Transport-Security`: it holds for a host's every port and for a year, and the gateway
  /// doesn't know what else its host serves. Whoever owns the name says it, at the proxy.
  static let security = StandingFields([
    .xContentTypeOptions: "nosniff",
    .contentSecurityPolicy: "default-src 'none'; frame-ancestors 'none'",
    .crossOriginResourcePolicy: "same-origin",
    .referrerPolicy: "no-referrer",
  ])
  /// Those of an answer that is of this moment.
  static let unstored = security.adding(.cacheControl, "no-store")
}

extension HTTPField.Name {
  fileprivate static let referrerPolicy = Self("Referrer-Policy")!
}
