import HTTPMessage

/// What all requests on one connection have in common.
struct RequestContext {
  /// `http://host:port`, before the path: what a proxy of plain HTTP is asked for (RFC 9112 §3.2.2).
  let targetPrefix: String
  /// What is behind the target: the version, and field lines, each behind a CR LF.
  let lines: [UInt8]

  /// - Parameter host: The URL's; nil where libcurl reads none out of it, and makes no connection.
  init(to host: Host?, through proxy: Proxy?, userAgent: String) {
    let authority = host?.field ?? ""
    var lines: [UInt8] = []
    lines.append(
      text: " HTTP/1.1\r\nHost: \(authority)\r\nUser-Agent: \(userAgent)")
    // Through a tunnel, which TLS needs, the proxy sees nothing of this; libcurl has asked for it.
    let isProxied = proxy != nil && host?.scheme == "http"
    if isProxied, let credentials = proxy?.credentials {
      lines.append(text: "\r\nProxy-Authorization: Basic \(credentials)")
    }
    targetPrefix = isProxied ? "http://\(authority)" : ""
    self.lines = lines
  }
}

extension ClientRequest {
  /// Scheme and authority, as the URL has them.
  var origin: String {
    let url = url.utf8
    let authority = url.firstIndex(of: UInt8(ascii: "/")).map { url.index($0, offsetBy: 2) }
    let end = authority.flatMap { url[$0...].firstIndex(where: Self.endsAuthority) }
    return String(self.url[..<(end ?? url.endIndex)])
  }

  /// Whether that is its origin.
  func has(origin: String) -> Bool {
    let (url, origin) = (url.utf8.span, origin.utf8.span)
    guard url.count >= origin.count,
      url.count == origin.count || Self.endsAuthority(url[origin.count])
    else { return false }
    for index in origin.indices where url[index] != origin[index] { return false }
    return true
  }

  /// Whether a URL's authority has ended before this byte (RFC 3986 §3.2).
  private static func endsAuthority(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "/") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#")
  }

  /// Appends the request as it goes out (RFC 9112 §3 to §6), its content behind its head.
  ///
  /// - Parameter path: Where the URL's path begins.
  func encode(path: Int, in context: RequestContext, into output: inout [UInt8]) {
    output.append(text: method.rawValue)
    output.append(.space)
    output.append(text: context.targetPrefix)
    appendTarget(from: path, to: &output)
    output.append(contentsOf: context.lines)
    for (name, value) in fields {
      output.append(.cr)
      output.append(.lf)
      output.append(text: name)
      output.append(UInt8(ascii: ":"))
      output.append(.space)
      output.append(text: value)
    }
    if method == .post || method == .put {
      output.append(text: "\r\nContent-Length: \(body.count)")
    }
    output.append(text: "\r\n\r\n")
    output.append(contentsOf: body)
  }

  /// Path and query as they are; a fragment is the client's own (RFC 9110 §4.2.5).
  private func appendTarget(from path: Int, to output: inout [UInt8]) {
    let url = url.utf8.span
    let end = url.firstIndex(of: UInt8(ascii: "#"), in: path..<url.count) ?? url.count
    if path == end || url[path] != UInt8(ascii: "/") { output.append(UInt8(ascii: "/")) }
    output.append(url, path..<end)
  }
}
