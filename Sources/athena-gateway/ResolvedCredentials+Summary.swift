import AWSClient
import CivilTime

extension ResolvedCredentials {
  /// Where they are from, which they are and how long they last; no secret.
  var summary: String {
    "\(origin), key \(credentials.maskedKeyID)" + (expirationText.map { ", until \($0)" } ?? "")
  }

  /// nil where they don't end.
  var expirationText: String? {
    expiration.map { rfc3339(secondsSince1970: Double($0)).replacing(".000Z", with: "Z") }
  }
}
