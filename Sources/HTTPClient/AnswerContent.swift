import HTTPMessage

/// The content of an answer, as much of it as has come.
struct AnswerContent {
  private enum Rest {
    case length(Int)
    case chunked(ChunkedDecoder)
    /// All that comes until the connection ends, so many bytes at most.
    case untilClose(room: Int)
  }

  /// As many as a request may have.
  private static let trailerLines = 100

  private var rest: Rest
  private let limit: Int

  /// - Parameter limit: The bytes that it may have; a longer one is refused where the head declares it.
  init(_ framing: AnswerFraming.Content, limit: Int) throws(HTTPClientError) {
    self.limit = limit
    switch framing {
    case .none: rest = .length(0)
    case .length(let length):
      guard length <= limit else { throw .tooLarge(limit: limit) }
      rest = .length(length)
    case .chunked:
      rest = .chunked(ChunkedDecoder(contentLimit: limit, fieldLimit: Self.trailerLines))
    case .untilClose: rest = .untilClose(room: limit)
    }
  }

  var isComplete: Bool {
    switch rest {
    case .length(let remaining): remaining == 0
    case .chunked(let decoder): decoder.isComplete
    case .untilClose: false
    }
  }

  /// Whether the end of the connection is the end of the content.
  var endsWithConnection: Bool {
    if case .untilClose = rest { true } else { false }
  }

  /// Takes what belongs to the content, and returns how many bytes that was.
  mutating func read(
    _ input: Span<UInt8>, into content: inout [UInt8]
  ) throws(HTTPClientError) -> Int {
    switch rest {
    case .length(let remaining):
      let count = min(remaining, input.count)
      content.append(input, 0..<count)
      rest = .length(remaining - count)
      return count
    case .untilClose(let room):
      guard input.count <= room else { throw .tooLarge(limit: limit) }
      content.append(input, 0..<input.count)
      rest = .untilClose(room: room - input.count)
      return input.count
    case .chunked(var decoder):
      // The decoder's only owner, or else it would copy the line that it gathers.
      rest = .length(0)
      defer { rest = .chunked(decoder) }
      do throws(Refusal) {
        return try decoder.decode(input, into: &content)
      } catch {
        throw HTTPClientError(error)
      }
    }
  }
}
