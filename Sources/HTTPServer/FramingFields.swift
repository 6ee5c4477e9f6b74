import HTTPMessage
import HTTPTypes

/// What the fields say of the message itself: its host, its framing, its connection.
struct FramingFields {
  private var host: String?
  private var contentLength: Int?
  private var transferCodings: [String]?
  private var expectation = RequestHead.Expectation.none
  private var connectionOptions: [String] = []

  /// Takes note of a field line if it is one of these.
  mutating func note(_ line: FieldSection.Line, in bytes: Span<UInt8>) throws(Refusal) {
    switch line.name.count {
    case 4 where bytes.matches(line.name, "host"): try noteHost(line.value, bytes)
    case 6 where bytes.matches(line.name, "expect"):
      let isKnown = bytes.matches(line.value, "100-continue") && expectation != .unknown
      expectation = isKnown ? .continue : .unknown
    case 10 where bytes.matches(line.name, "connection"):
      connectionOptions += try list(line.value, bytes, allowsEmptyMembers: true)
    case 14 where bytes.matches(line.name, "content-length"):
      try noteContentLength(line.value, bytes)
    // Gateways that hand fields on in variables take these for the framing fields' own.
    case 14 where bytes.matches(line.name, "content_length"),
      17 where bytes.matches(line.name, "transfer_encoding"):
      throw .malformed("Content-Length and Transfer-Encoding are spelt with a hyphen")
    case 17 where bytes.matches(line.name, "transfer-encoding"):
      transferCodings = (transferCodings ?? []) + (try list(line.value, bytes))
    default: break
    }
  }

  /// Judges them together.
  func head(request: RequestLine, fields: FieldSection) throws(Refusal) -> RequestHead {
    guard host != nil || request.isHTTP10 else {
      throw .malformed("an HTTP/1.1 request must have a Host field (RFC 9112 section 3.2)")
    }
    let framing = try framing(isHTTP10: request.isHTTP10)
    return RequestHead(
      method: request.method, path: request.target.path, query: request.target.query,
      authority: request.target.authority ?? host, fields: fields, framing: framing,
      expectation: request.isHTTP10 ? .none : expectation, isHTTP10: request.isHTTP10,
      persists: !request.isHTTP10 && !connectionOptions.contains("close"))
  }

  /// RFC 9112 §3.2: two Host lines are refused even where they agree.
  private mutating func noteHost(_ value: Range<Int>, _ bytes: Span<UInt8>) throws(Refusal) {
    guard host == nil else {
      throw .malformed("a request must have one Host field (RFC 9112 section 3.2)")
    }
    try AuthorityRule.check(bytes, value)
    host = bytes.text(value)
  }

  /// RFC 9112 §6.3: anything but one plain number is refused: a repeated one too, one with zeros before
  /// it, which some read as octal, and one that no machine can count to.
  private mutating func noteContentLength(
    _ value: Range<Int>, _ bytes: Span<UInt8>
  ) throws(Refusal) {
    guard contentLength == nil, let length = bytes.decimal(value),
      value.count == 1 || bytes[value.lowerBound] != UInt8(ascii: "0")
    else { throw Self.badLength }
    contentLength = length
  }

  private static let badLength = Refusal.malformed(
    "Content-Length must be one plain decimal number (RFC 9112 section 6.3)")

  private func framing(isHTTP10: Bool) throws(Refusal) -> RequestHead.Framing {
    guard let codings = transferCodings else {
      return switch contentLength {
      case nil, 0: .none
      case let length?: .length(length)
      }
    }
    guard !isHTTP10, contentLength == nil else {
      throw .malformed(
        "Transfer-Encoding goes with HTTP/1.1 and without Content-Length (RFC 9112 section 6.1)")
    }
    guard codings.last == "chunked", codings.dropLast().allSatisfy({ $0 != "chunked" }) else {
      throw .malformed("chunked must be the last transfer coding, once (RFC 9112 section 6.3)")
    }
    guard codings.count == 1 else { throw .transferCoding }
    return .chunked
  }

  /// The members of a comma-separated list, in lower case.
  ///
  /// - Parameter allowsEmptyMembers: Whether they are passed over, as RFC 9110 §5.6.1.2 has it. In a
  ///   list that frames the message they are refused: servers read those differently.
  private func list(
    _ value: Range<Int>, _ bytes: Span<UInt8>, allowsEmptyMembers: Bool = false
  ) throws(Refusal) -> [String] {
    var members: [String] = []
    var start = value.lowerBound
    while start <= value.upperBound {
      let end = bytes.firstIndex(of: UInt8(ascii: ","), in: start..<value.upperBound)
      let member = bytes.trimmed(start..<(end ?? value.upperBound))
      for position in member where !bytes[position].isTokenCharacter { throw Self.badList }
      guard !member.isEmpty || allowsEmptyMembers else { throw Self.badList }
      if !member.isEmpty { members.append(bytes.text(member).lowercased()) }
      guard let end else { break }
      start = end + 1
    }
    return members
  }

  private static let badList = Refusal.malformed(
    "Connection and Transfer-Encoding must be lists of tokens (RFC 9110 section 5.6.1)")
}
