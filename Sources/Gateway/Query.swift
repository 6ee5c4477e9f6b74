/// The parameters of a query, each of which may stand once.
struct Query {
  private let values: [String: String]

  /// - Parameter allowed: The names that the resource knows; another one is a mistake that must not be
  ///   passed over in silence.
  /// - Parameter instead: What a caller might have meant.
  init(
    _ query: String?, allowed: [String] = [], instead: String? = nil
  ) throws(Problem) {
    var values: [String: String] = [:]
    guard let query else {
      self.values = values
      return
    }
    for pair in query.utf8.split(separator: UInt8(ascii: "&")) {
      let parts = pair.split(
        separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      let name = try percentDecoded(parts[0].span, plusIsSpace: true)
      guard allowed.contains(name) else { throw Self.unknown(name, allowed, instead) }
      guard values[name] == nil else {
        throw Problem(query: name, "appears twice")
      }
      values[name] =
        parts.count == 2
        ? try percentDecoded(parts[1].span, plusIsSpace: true) : ""
    }
    self.values = values
  }

  subscript(name: String) -> String? { values[name] }

  private static func unknown(
    _ name: String, _ allowed: [String], _ instead: String?
  ) -> Problem {
    let known =
      allowed.isEmpty
      ? instead ?? "this resource has none"
      : "this resource has \(allowed.joined(separator: ", "))" + (instead.map { "; \($0)" } ?? "")
    return Problem(
      .malformedRequest, "unknown query parameter '\(name.prefix(64))'; \(known)")
  }
}

extension Problem {
  /// A query parameter that breaks a rule.
  ///
  /// - Parameter fault: What follows its name.
  init(query name: String, _ fault: String) {
    self.init(.malformedRequest, "the query parameter '\(name)' \(fault)")
  }
}
