import EventLoop

/// Tokens that were renewed and whose files can't be written. A refresh token is good for one renewal, so
/// that nothing else is left of the login.
final class UnsavedTokens: Sendable {
  private struct Entry {
    /// The token that the file has.
    let replaced: SSOToken
    let token: SSOToken
  }

  private let entries = Lock<[String: Entry]>([:])

  /// The one in place of that which the file has; nil where there is none, or somebody has logged in since.
  func token(inPlaceOf replaced: SSOToken, in path: String) -> SSOToken? {
    entries.withLock { entries in
      guard let entry = entries[path] else { return nil }
      if entry.replaced == replaced { return entry.token }
      entries[path] = nil
      return nil
    }
  }

  /// - Returns: Whether it is the first of this file.
  func keep(_ token: SSOToken, inPlaceOf replaced: SSOToken, in path: String) -> Bool {
    entries.withLock { entries in
      entries.updateValue(Entry(replaced: replaced, token: token), forKey: path) == nil
    }
  }
}
