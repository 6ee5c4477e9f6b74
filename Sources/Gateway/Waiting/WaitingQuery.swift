import HTTPMessage

/// What the query of a POST says of waiting.
struct WaitingQuery {
  static let names = [onTimeout, onBusy]
  static let onTimeout = "onTimeout"
  private static let onBusy = "onBusy"

  /// Whether what was started is to be stopped where the caller doesn't get its end.
  let cancelsOnTimeout: Bool
  /// Whether a session that is busy is waited for.
  let waitsForIdle: Bool

  init(_ query: Query, _ fields: FieldSection) throws(Problem) {
    cancelsOnTimeout = try Self.is(Self.onTimeout, "cancel", in: query)
    waitsForIdle = try Self.is(Self.onBusy, "wait", in: query)
    guard !cancelsOnTimeout || waitsForIdle || WaitPreference(fields) != nil else {
      throw Problem(
        query: Self.onTimeout,
        "needs something that is waited for: add the header 'Prefer: wait=N', with N in seconds")
    }
  }

  /// Whether the query of a submission asks for a session that is busy to be waited for.
  static func waitsForIdle(_ query: String?) -> Bool {
    guard let query else { return false }
    return (try? Query(query, allowed: namesBesideCode))?[onBusy] != nil
  }

  /// All that can be said beside a submission, the description of code that is the content itself included.
  static let namesBesideCode = names + [IncludedOutput.parameter, "description"]

  private static func `is`(
    _ name: String, _ only: String, in query: Query
  ) throws(Problem) -> Bool {
    guard let value = query[name] else { return false }
    guard value == only else {
      throw Problem(query: name, "must be '\(only)', or be left out")
    }
    return true
  }
}
