import HTTPTypes

/// What the policy allows one caller.
struct Rights: Sendable {
  let rules: [Policy.Rule]

  /// What there is to say of a method on a session.
  enum Verdict: Equatable {
    case allowed(codeURI: Bool)
    /// The caller may do other things to the session.
    case forbidden
    /// The caller is not to know whether it is there.
    case unseen
    /// It depends on the session's workgroup.
    case undecided
  }

  /// Whether the caller may start sessions in a workgroup, or list its sessions.
  ///
  /// - Parameter workGroup: nil for any.
  func allow(_ method: HTTPRequest.Method, onSessionsOf workGroup: String?) -> Bool {
    let name = workGroup.map { Array($0.utf8) }
    return rules.contains { rule in
      rule.sessions == nil && rule.allows(method)
        && (name == nil || rule.workGroups.contain(name))
    }
  }

  /// - Parameter workGroup: nil where it isn't known.
  func verdict(
    on method: HTTPRequest.Method, ofSession id: String, in workGroup: [UInt8]?
  ) -> Verdict {
    let id = Array(id.utf8)
    let candidates = rules.filter { $0.isAbout(session: id) }
    let certain = candidates.filter { $0.workGroups.contain(workGroup) }
    let fitting = certain.filter { $0.allows(method) }
    let allowsCodeURI = fitting.contains(where: \.allowsCodeURI)
    if workGroup == nil, certain.count < candidates.count {
      // Not where the workgroup can add nothing to what is wanted.
      let suffices = method == .post ? allowsCodeURI : !fitting.isEmpty
      return suffices ? .allowed(codeURI: allowsCodeURI) : .undecided
    }
    guard !certain.isEmpty else { return .unseen }
    return fitting.isEmpty ? .forbidden : .allowed(codeURI: allowsCodeURI)
  }
}
