import HTTPTypes

extension CallerLimits {
  /// `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers): how many requests may come in
  /// which time, how many of them are left, and after how many seconds there is one more. None where there is
  /// no limit.
  func fields(remaining: Int?) -> HTTPFields {
    guard let rate, let remaining else { return [:] }
    // With whole requests a second the next one is never further away than a second.
    return [
      .rateLimitPolicy: #""requests";q=\#(burst);w=\#((burst + rate - 1) / rate)"#,
      .rateLimit: #""requests";r=\#(remaining);t=1"#,
    ]
  }
}

extension HTTPField.Name {
  static let rateLimitPolicy = Self("RateLimit-Policy")!
  static let rateLimit = Self("RateLimit")!
}
