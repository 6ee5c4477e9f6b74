import EventLoop
import HTTPMessage
import HTTPTypes

/// What the next calls of an operation are to suffer, so that clients can be tested against it.
final class Faults {
  /// What happens to a call that is signed as it should be.
  enum Effect: Equatable {
    /// Answered with this error; nothing is done.
    case error(code: String, message: String, status: Int)
    /// Done at once, and answered so many milliseconds later: too late for a client that has given up.
    case delay(Int)
    /// Done, and answered with the first half of the content: then the connection ends.
    case cutOff
    /// Answered with status 200 and a page of HTML, as a captive portal would; nothing is done.
    case garbage
  }

  struct Entry {
    /// An operation's name, or `*` for all.
    let operation: String
    var count: Int
    let effect: Effect
  }

  static let capacity = 100
  private(set) var pending: [Entry] = []
  private let delays = Delays()

  /// False where there are too many already.
  func add(_ entry: Entry) -> Bool {
    guard pending.count < Self.capacity else { return false }
    pending.append(entry)
    return true
  }

  func clear() {
    pending = []
  }

  /// Ends what is suffered at the moment.
  func close() {
    delays.end()
  }

  /// The effect on a call, which uses up one of the oldest entry's that is meant for it.
  private func take(_ operation: String) -> Effect? {
    guard
      let index = pending.firstIndex(where: { $0.operation == operation || $0.operation == "*" })
    else { return nil }
    pending[index].count -= 1
    let effect = pending[index].effect
    if pending[index].count == 0 { pending.remove(at: index) }
    return effect
  }

  /// Performs an operation, or what is to happen in its place.
  ///
  /// - Parameter failure: The operation's service's form of an error.
  func apply(
    to operation: String, on loop: EventLoop,
    failure: (_ code: String, _ message: String, _ status: Int) -> Response,
    perform: () -> Response
  ) async -> Response {
    switch take(operation) {
    case nil: return perform()
    case .error(let code, let message, let status): return failure(code, message, status)
    case .delay(let milliseconds):
      let response = perform()
      await delays.wait(for: .milliseconds(milliseconds), on: loop)
      return response
    case .cutOff: return perform().cutOff
    case .garbage:
      return Response(
        status: .ok, fields: [.contentType: "text/html"],
        content: .bytes(Array("<html><body>Please log in to the network</body></html>\n".utf8)))
    }
  }
}
