import EventLoop

/// Tokens that were renewed and whose files aren't written, or not yet. A refresh token is good for one renewal, so
/// that nothing else is left of the login.
final class UnsavedTokens: Sendable {
  private struct Entry {
    /// The token that the file has.
    let replaced: SSOToken
    let token: SSOToken
    /// Whether the file could not be written, be it with an earlier token.
    var hasFailed = false
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

  func keep(_ token: SSOToken, inPlaceOf replaced: SSOToken, in path: String) {
    entries.withLock { entries in
      let hasFailed = entries[path]?.hasFailed ?? false
      entries[path] = Entry(replaced: replaced, token: token, hasFailed: hasFailed)
    }
  }

  /// The file has this token; where there is a later one by now, that is kept.
  func forget(_ token: SSOToken, in path: String) {
    entries.withLock { entries in
      if entries[path]?.token == token { entries[path] = nil }
    }
  }

  /// The file can't be written.
  ///
  /// - Returns: Whether that is new.
  func isFirstFailure(in path: String) -> Bool {
    entries.withLock { entries in
      guard entries[path]?.hasFailed == false else { return false }
      entries[path]?.hasFailed = true
      return true
    }
  }
}
