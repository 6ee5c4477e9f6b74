import HTTPMessage

/// What an answer's head says of the message and of its connection (RFC 9112 §6.3, §9.3).
struct AnswerFraming {
  /// How the end of the content is told.
  enum Content: Equatable {
    case none
    case length(Int)
    case chunked
    case untilClose
  }

  /// Of a head that is not there.
  static let none = AnswerFraming()

  let content: Content
  /// Whether the connection may be used again after the content.
  let persists: Bool

  private init() {
    (content, persists) = (.none, false)
  }

  /// Who lets two lengths pass lets one answer be taken for two.
  init(
    _ status: Int, isOfHead: Bool, isHTTP10: Bool, _ lines: [FieldSection.Line],
    in bytes: Span<UInt8>
  ) throws(HTTPClientError) {
    var length: Int?
    var hasCoding = false
    var closes = false
    for line in lines {
      switch line.name.count {
      case 10 where bytes.matches(line.name, "connection"):
        closes = closes || Self.names(bytes.extracting(line.value), "close")
      case 14 where bytes.matches(line.name, "content-length"):
        let declared = bytes.decimal(line.value)
        guard declared != nil, length == nil || length == declared else { throw Self.badLength }
        length = declared
      case 17 where bytes.matches(line.name, "transfer-encoding"):
        // No other was asked for.
        guard !hasCoding, bytes.matches(line.value, "chunked") else {
          throw .badAnswer("a Transfer-Encoding other than chunked (RFC 9112 §6.1)")
        }
        hasCoding = true
      default: break
      }
    }
    guard length == nil || !hasCoding else {
      throw .badAnswer("a Content-Length beside a Transfer-Encoding (RFC 9112 §6.3)")
    }
    if isOfHead || status == 204 || status == 304 {
      content = .none
    } else if hasCoding {
      content = .chunked
    } else {
      content = length.map { .length($0) } ?? .untilClose
    }
    // Who declares a content that there can't be may send it all the same, for the next answer. HTTP/1.0 ends
    // each connection but where it says otherwise, which nobody relies on.
    let declares = status == 204 && length ?? 0 > 0 || content == .none && hasCoding
    persists = !closes && !isHTTP10 && !declares
  }

  private static let badLength = HTTPClientError.badAnswer(
    "a Content-Length that is not one number (RFC 9112 §6.3)")

  /// Whether a list of tokens has this one (RFC 9110 §5.6.1).
  private static func names(_ list: Span<UInt8>, _ token: StaticString) -> Bool {
    var start = 0
    while start <= list.count {
      let end = list.firstIndex(of: UInt8(ascii: ","), in: start..<list.count) ?? list.count
      if list.matches(list.trimmed(start..<end), token) { return true }
      start = end + 1
    }
    return false
  }
}
