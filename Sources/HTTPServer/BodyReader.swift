import HTTPMessage

/// The content of one request, as much of it as has come.
struct BodyReader {
  private enum Framing {
    case length(remaining: Int)
    case chunked(ChunkedDecoder)
  }

  private var framing: Framing
  private(set) var content: [UInt8] = []

  /// Throws `contentTooLarge` where the head already tells.
  init(_ framing: RequestHead.Framing, limits: Limits) throws(Refusal) {
    switch framing {
    case .none: self.framing = .length(remaining: 0)
    case .chunked:
      let decoder = ChunkedDecoder(contentLimit: limits.body, fieldLimit: limits.fields)
      self.framing = .chunked(decoder)
    case .length(let length):
      guard length <= limits.body else { throw .contentTooLarge(limit: limits.body) }
      self.framing = .length(remaining: length)
    }
  }

  /// No content.
  static let empty = BodyReader()

  private init() {
    framing = .length(remaining: 0)
  }

  var isComplete: Bool {
    switch framing {
    case .length(let remaining): remaining == 0
    case .chunked(let decoder): decoder.isComplete
    }
  }

  /// How many bytes are to come; nil where only they will tell.
  var remainingCount: Int? {
    switch framing {
    case .length(let remaining): remaining
    case .chunked: nil
    }
  }

  /// Takes what belongs to the content, and returns how many bytes that was.
  mutating func consume(_ bytes: Span<UInt8>) throws(Refusal) -> Int {
    switch framing {
    case .length(let remaining):
      let count = min(remaining, bytes.count)
      // A declared length is a promise, not a reason to set memory aside.
      if content.isEmpty { content.reserveCapacity(min(remaining, 64 * 1024)) }
      content.append(bytes, 0..<count)
      framing = .length(remaining: remaining - count)
      return count
    case .chunked(var decoder):
      let count = try decoder.decode(bytes, into: &content)
      framing = .chunked(decoder)
      return count
    }
  }

  /// Hands the content over, without a copy.
  mutating func takeContent() -> [UInt8] {
    defer { content = [] }
    return content
  }
}
