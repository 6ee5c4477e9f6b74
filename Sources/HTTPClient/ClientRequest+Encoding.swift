import HTTPMessage

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
  func encode(path: Int, with common: CommonHead, into output: inout [UInt8]) {
    output.append(text: method.rawValue)
    output.append(.space)
    output.append(text: common.targetPrefix)
    appendTarget(from: path, to: &output)
    output.append(contentsOf: common.lines)
    for (name, value) in fields { output.append(line: name, value) }
    if method == .post || method == .put {
      output.append(line: "Content-Length", "\(body.count)")
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
