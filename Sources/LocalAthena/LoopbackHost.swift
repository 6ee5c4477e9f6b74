/// Whether a request was meant for this machine by name: a page of the internet whose name resolves to
/// 127.0.0.1 sends its own name as `Host`.
enum LoopbackHost {
  static func isLoopback(_ authority: String?) -> Bool {
    guard let authority else { return false }
    if authority.hasPrefix("[") {
      return authority == "[::1]" || authority.hasPrefix("[::1]:")
    }
    let host = authority.prefix { $0 != ":" }.lowercased()
    // RFC 6761 §6.3: localhost and the names below it are the loopback address everywhere.
    return host == "localhost" || host.hasSuffix(".localhost") || isLoopbackAddress(host)
  }

  private static func isLoopbackAddress(_ host: String) -> Bool {
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }
}
