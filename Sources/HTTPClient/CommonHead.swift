import HTTPMessage

/// What the heads of all requests on one connection have in common.
struct CommonHead {
  /// `http://host:port`, before the path: what a proxy of plain HTTP is asked for (RFC 9112 §3.2.2).
  let targetPrefix: String
  /// What is behind the target: the version, and field lines, each behind a CR LF.
  let lines: [UInt8]

  /// - Parameter host: The URL's; nil where libcurl reads none out of it, and makes no connection.
  init(to host: Host?, through proxy: Proxy?, userAgent: String) {
    let authority = host?.field ?? ""
    var lines = Array(" HTTP/1.1".utf8)
    lines.append(line: "Host", authority)
    lines.append(line: "User-Agent", userAgent)
    // Through a tunnel, which TLS needs, the proxy sees nothing of this; libcurl has asked for it.
    let isProxied = proxy != nil && host?.scheme == "http"
    if isProxied, let credentials = proxy?.credentials {
      lines.append(line: "Proxy-Authorization", "Basic \(credentials)")
    }
    targetPrefix = isProxied ? "http://\(authority)" : ""
    self.lines = lines
  }
}
