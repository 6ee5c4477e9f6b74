import CCurl
import Glibc

/// The host that a transfer connects to: its URL's, or its proxy's.
struct Host: Equatable {
  /// In lower case, and an address in its usual form: as libcurl itself reads it.
  let name: String
  let port: Int
  let scheme: String
  let isProxy: Bool

  /// nil where libcurl reads no host out of it: it refuses the URL itself then.
  init?(of url: String, isProxy: Bool) {
    guard let parts = curl_url() else { fatalError("curl_url: out of memory") }
    defer { curl_url_cleanup(parts) }
    guard curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK,
      let name = Self.part(CURLUPART_HOST, of: parts),
      let scheme = Self.part(CURLUPART_SCHEME, of: parts),
      let port = Self.part(CURLUPART_PORT, of: parts).flatMap({ Int($0) })
    else { return nil }
    self.name = name.lowercased()
    self.port = port
    self.scheme = scheme
    self.isProxy = isProxy
  }

  /// The value of `Host` (RFC 9110 §7.2), without a port that the scheme has anyway.
  var field: String { port == (scheme == "https" ? 443 : 80) ? name : "\(name):\(port)" }

  private static func part(_ part: CURLUPart, of parts: OpaquePointer) -> String? {
    var text: UnsafeMutablePointer<CChar>?
    defer { curl_free(text) }
    guard curl_url_get(parts, part, &text, UInt32(CURLU_DEFAULT_PORT)) == CURLUE_OK else {
      return nil
    }
    return text.map { String(cString: $0) }
  }

  /// Whether somebody must be asked for its address: it is neither one already nor this machine
  /// (RFC 6761 §6.3), both of which libcurl knows.
  var isToBeLookedUp: Bool {
    var address = in_addr()
    return !name.hasPrefix("[") && inet_pton(AF_INET, name, &address) != 1
      && name != "localhost" && !name.hasSuffix(".localhost")
  }
}
