/// Why it is not known who a request comes from. The texts are for its caller; no secret is in them.
public enum AuthenticationFault: Error, Equatable {
  /// No credentials; what to send.
  case noCredentials(String)
  /// Credentials that prove nothing, as an API key that is unknown or a token that is expired.
  case badCredentials(String)
  /// A field that can't be read.
  case malformed(String)
  /// A client certificate is the only way in, and there is none that names anybody.
  case noCertificate(String)
  /// A token, after too many bad ones from the same place: for how long none is looked at.
  case tooMuchWork(Duration)
  /// A token, and no keys to verify it with: not the caller's fault.
  case unverifiable(String)
}
