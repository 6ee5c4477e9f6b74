import HTTPMessage
import HTTPTypes

@testable import HTTPServer

/// Small ones, so that they are reached.
private let limits = {
  var limits = Limits()
  limits.head = 600
  limits.fields = 6
  limits.target = 100
  return limits
}()

/// The request parser: pure, never fooled by where the bytes were cut, and strict in what it accepts.
func checkRequestParser(_ bytes: Span<UInt8>) {
  let parser = RequestParser(limits: limits)
  let whole = parser.parse(bytes)
  for count in 0..<bytes.count {
    let isConsistent =
      switch (parser.parse(bytes.extracting(0..<count)), whole) {
      case (.needsMore, .complete(_, let length)): count < length
      case (.needsMore, _): true
      case (.malformed, .malformed): true
      case (.complete(let part, let end), .complete(let head, let length)):
        end == length && part.hasSameText(as: head)
      default: false
      }
    require(isConsistent, "the first \(count) bytes are judged otherwise than all \(bytes.count)")
  }
  // What is refused in time is never kept: more than this can't need more.
  if case .needsMore = whole {
    require(bytes.count <= limits.head + 2, "\(bytes.count) bytes are kept")
  }
  if case .complete(let head, let length) = whole {
    require(length <= bytes.count && length <= limits.head + 2, "a head of \(length) bytes")
    check(head, Array(bytes.copy(0..<length)))
  }
}

/// Holds a head to the lines that it was read from.
private func check(_ head: RequestHead, _ bytes: [UInt8]) {
  require(bytes.suffix(4).elementsEqual("\r\n\r\n".utf8), "the head doesn't end in an empty line")
  let start = bytes.starts(with: "\r\n".utf8) ? 2 : 0
  // A CR or LF anywhere else than at a line's end is a control, or shows as another count of lines.
  let lines = bytes[start...].dropLast(4).split(separator: .lf, omittingEmptySubsequences: false)
    .map { $0.last == .cr ? $0.dropLast() : $0 }
  require(lines.allSatisfy { $0.allSatisfy(isText) }, "a control stands in the head")

  let words = lines[0].split(separator: .space, omittingEmptySubsequences: false)
  require(words.count == 3, "the request line has \(words.count) words")
  require(words[0].elementsEqual(head.method.rawValue.utf8), "the method is another")
  require(words[1].count <= limits.target, "the target is too long")
  checkTarget(of: head, Array(words[1]))
  require(head.isHTTP10 == words[2].elementsEqual("HTTP/1.0".utf8), "the version is another")

  let fields = head.fields.all
  require(fields.count == lines.count - 1 && fields.count <= limits.fields, "fields are lost")
  for (field, line) in zip(fields, lines.dropFirst()) {
    let name = line.prefix { $0 != UInt8(ascii: ":") }
    require(!name.isEmpty && name.allSatisfy(\.isTokenCharacter), "a field name is no token")
    require(name.elementsEqual(field.name.utf8), "a field name is another")
    let value = line.dropFirst(name.count + 1).drop(while: isBlank)
      .reversed().drop(while: isBlank).reversed()
    let text = String(decoding: value, as: UTF8.self)
    require(text.utf8.elementsEqual(field.value.utf8), "a field value is another")
  }
  checkFraming(of: head)
}

private func isBlank(_ byte: UInt8) -> Bool { byte == .space || byte == .tab }

private func isText(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x7F || byte == .tab }

private func checkTarget(of head: RequestHead, _ bytes: [UInt8]) {
  let isAllowed = bytes.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "#") }
  require(isAllowed, "a byte of the target should have been encoded")
  let target = String(decoding: bytes, as: UTF8.self)
  let query = head.query.map { "?" + $0 } ?? ""
  let authority = head.authority ?? ""
  if head.method == .connect {
    require(target == authority && head.path + query == "", "the target of CONNECT is another")
    require(Authority(authority).port != nil, "the target of CONNECT names no port")
  } else if target.hasPrefix("/") || target == "*" {
    require(target == head.path + query, "the target is another")
  } else {
    let scheme = target.prefix { $0 != ":" }.lowercased()
    require(scheme == "http" || scheme == "https", "the target is of another scheme")
    let rest = target.dropFirst(scheme.count + "://".count)
    // An empty path is `/` (RFC 9110 §4.2.3).
    let isSame =
      rest == authority + head.path + query || head.path == "/" && rest == authority + query
    require(isSame, "the target is another")
  }
}

private func checkFraming(of head: RequestHead) {
  let hosts = head.fields.values(of: HTTPField.Name("Host")!)
  let lengths = head.fields.values(of: .contentLength)
  let codings = head.fields.values(of: .transferEncoding)
  require(hosts.count == 1 || head.isHTTP10 && hosts.isEmpty, "\(hosts.count) hosts")
  require(hosts.allSatisfy { !$0.isEmpty && !$0.contains("@") && !$0.contains(",") }, "a bad host")
  require(lengths.count + codings.count <= 1, "more than one framing")
  require(codings.isEmpty || !head.isHTTP10, "a transfer coding in HTTP/1.0")
  require(!head.persists || !head.isHTTP10, "HTTP/1.0 persists")
  switch head.framing {
  case .none: require(codings.isEmpty && lengths.allSatisfy { Int($0) == 0 }, "the framing is lost")
  case .chunked: require(codings.map { $0.lowercased() } == ["chunked"], "chunked out of nothing")
  case .length(let length):
    require(lengths.count == 1 && codings.isEmpty, "a length out of nothing")
    require(lengths[0].utf8.allSatisfy(\.isDigit), "a length with more than digits")
    require(length == Int(lengths[0]) ?? .max, "the length is another")
  }
}

extension RequestHead {
  fileprivate func hasSameText(as other: RequestHead) -> Bool {
    method == other.method && path == other.path && query == other.query
      && authority == other.authority && framing == other.framing && persists == other.persists
      && isHTTP10 == other.isHTTP10 && expectation == other.expectation
      && fields.all.elementsEqual(other.fields.all) { $0 == $1 }
  }
}
