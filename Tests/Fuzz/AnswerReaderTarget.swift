import EventLoop
import HTTPMessage

@testable import HTTPClient

/// Small ones, so that they are reached.
private let (headLimit, contentLimit) = (400, 64)

/// The reader of an upstream's answers: one outcome however the bytes come, nothing beyond the limits, and
/// fields in which no control stands.
func checkAnswerReader(_ bytes: Span<UInt8>) {
  let all = bytes.copy(0..<bytes.count)
  let whole = read(all) { _ in all.count }
  require(whole == read(all) { _ in 1 }, "byte by byte the outcome is another")
  // The bytes themselves choose where they are cut.
  require(whole == read(all) { Int(all[$0] & 0x0F) + 1 }, "in pieces the outcome is another")
  guard let response = whole.response else { return }
  require((200...599).contains(response.status), "the status is \(response.status)")
  require(response.body.count <= contentLimit, "the content is over the limit")
  for (name, value) in response.fields {
    require(!name.isEmpty && name.utf8.allSatisfy(\.isTokenCharacter), "a name is no token")
    require(value.utf8.allSatisfy(\.isFieldContent), "a control stands in a value")
  }
  checkFraming(of: response, all[..<whole.taken])
}

private struct Answer: Equatable {
  let status: Int
  let fields: [(name: String, value: String)]
  let body: [UInt8]

  static func == (left: Answer, right: Answer) -> Bool {
    left.status == right.status && left.body == right.body
      && left.fields.elementsEqual(right.fields, by: ==)
  }
}

private struct Outcome: Equatable {
  var taken = 0
  var error: HTTPClientError?
  /// The answer, if it is whole, be it for the connection's end.
  var response: Answer?
}

/// - Parameter length: Of the piece that begins at a position.
private func read(_ bytes: [UInt8], piece length: (Int) -> Int) -> Outcome {
  let request = ClientRequest(
    .get, "http://a/", answerLimit: contentLimit, headerLimit: headLimit)
  let transfer = Transfer(
    request, as: .whole, by: .never, configuration: .init(userAgent: "fuzz"))
  var outcome = Outcome()
  while outcome.taken < bytes.count, !transfer.isComplete {
    let end = min(bytes.count, outcome.taken + length(outcome.taken))
    do throws(HTTPClientError) {
      outcome.taken += try transfer.receive(bytes.span.extracting(outcome.taken..<end))
    } catch {
      // Where in the bytes it is found depends on how they come.
      return Outcome(error: error)
    }
    require(outcome.taken == end || transfer.isComplete, "bytes are left of an unfinished answer")
  }
  guard transfer.isComplete || transfer.endsWithConnection else { return outcome }
  transfer.end(nil)
  do throws(HTTPClientError) {
    let response = try transfer.takeWhole()
    outcome.response = Answer(
      status: response.status, fields: response.fields.all, body: response.body)
  } catch {
    outcome.error = error
  }
  return outcome
}

/// Holds a content to the framing that its head names.
private func checkFraming(of response: Answer, _ bytes: ArraySlice<UInt8>) {
  func values(_ name: String) -> [String] {
    response.fields.filter { $0.name.lowercased() == name }.map(\.value)
  }
  guard response.status != 204, response.status != 304 else {
    return require(response.body.isEmpty, "an answer without content has one")
  }
  if let length = values("content-length").first {
    require(Int(length) == response.body.count, "the length is another")
  }
  guard values("transfer-encoding").isEmpty else { return }
  require(bytes.suffix(response.body.count).elementsEqual(response.body), "the content is another")
}
