import Cryptography

/// What was started with which client request token, so that a call that is repeated is not run twice.
///
/// The oldest tokens go when there are too many. How long AWS keeps one is not documented.
final class TokenStore<Started> {
  private struct Entry {
    let parameters: Digest
    let started: Started
  }

  private let capacity: Int
  /// By the tokens' UTF-8: as strings, two that differ in Unicode's normal form alone would be one.
  private var entries: [[UInt8]: Entry] = [:]
  /// A ring: `next` is the place of the oldest once it is full.
  private var order: [[UInt8]] = []
  private var next = 0

  init(capacity: Int) {
    self.capacity = max(1, capacity)
  }

  /// What the token has started; nil where it is new.
  func started(by token: String, with parameters: Digest) throws(ServiceError) -> Started? {
    guard let entry = entries[Array(token.utf8)] else { return nil }
    guard entry.parameters == parameters else {
      throw .invalidRequest(
        "Idempotent parameters do not match", athenaErrorCode: "IDEMPOTENT_PARAMETER_MISMATCH")
    }
    return entry.started
  }

  func remember(_ token: String, _ parameters: Digest, _ started: Started) {
    let token = Array(token.utf8)
    entries[token] = Entry(parameters: parameters, started: started)
    if order.count < capacity {
      order.append(token)
    } else {
      entries[order[next]] = nil
      order[next] = token
      next = (next + 1) % capacity
    }
  }
}
