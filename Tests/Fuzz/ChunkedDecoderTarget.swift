import HTTPMessage

private let contentLimit = 64

/// The chunked decoder: one outcome however the bytes come, never more content than the limit, and an
/// end to everything.
func checkChunkedDecoder(_ bytes: Span<UInt8>) {
  let encoded = bytes.copy(0..<bytes.count)
  let whole = decode(encoded) { _ in encoded.count }
  require(whole == decode(encoded) { _ in 1 }, "byte by byte the outcome is another")
  // The bytes themselves choose where they are cut.
  let cut = decode(encoded) { Int(encoded[$0] & 0x0F) + 1 }
  require(whole == cut, "in pieces the outcome is another")
  if case .complete(let taken) = whole.end {
    require(naiveContent(encoded[..<taken]) == whole.content, "the content is another")
  }
  checkThatItEnds(encoded)
}

private struct Outcome: Equatable {
  enum End: Equatable {
    case complete(taken: Int)
    case unfinished
    case refused(Refusal)
  }

  var content: [UInt8] = []
  var end = End.unfinished
}

/// - Parameter length: Of the piece that begins at a position.
private func decode(_ encoded: [UInt8], piece length: (Int) -> Int) -> Outcome {
  var decoder = ChunkedDecoder(contentLimit: contentLimit, fieldLimit: 4)
  var outcome = Outcome()
  var position = 0
  while position < encoded.count, !decoder.isComplete {
    let piece = encoded.span.extracting(position..<min(encoded.count, position + length(position)))
    do throws(Refusal) {
      let taken = try decoder.decode(piece, into: &outcome.content)
      require(taken == piece.count || decoder.isComplete, "bytes are left of an unfinished content")
      position += taken
    } catch {
      outcome.end = .refused(error)
      break
    }
  }
  require(outcome.content.count <= contentLimit, "the content is over the limit")
  if decoder.isComplete { outcome.end = .complete(taken: position) }
  return outcome
}

/// What a reader that trusts the encoding makes of it: split at the sizes that it names.
private func naiveContent(_ encoded: ArraySlice<UInt8>) -> [UInt8] {
  var rest = encoded
  var content: [UInt8] = []
  while let end = rest.firstIndex(of: .cr) {
    let size = rest[..<end].prefix { $0 != UInt8(ascii: ";") }
    guard let count = Int(String(decoding: size, as: UTF8.self), radix: 16), count > 0 else {
      break
    }
    content += rest.dropFirst(end + 2 - rest.startIndex).prefix(count)
    rest = rest.dropFirst(end + 2 - rest.startIndex + count + 2)
  }
  return content
}

/// However often the same bytes come again, the decoder has an end of its own: its framing is bounded,
/// and so is what it keeps.
private func checkThatItEnds(_ encoded: [UInt8]) {
  guard !encoded.isEmpty else { return }
  var decoder = ChunkedDecoder(contentLimit: contentLimit, fieldLimit: 4)
  var content: [UInt8] = []
  var taken = 0
  while !decoder.isComplete {
    guard let count = try? decoder.decode(encoded.span, into: &content) else { return }
    taken += count
    require(taken <= 32 * 1024 + encoded.count, "\(taken) bytes were taken for \(content.count)")
  }
}
