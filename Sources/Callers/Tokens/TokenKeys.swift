import EventLoop
public import Files

/// Where the keys of the tokens' issuer are.
public enum TokenKeys: Sendable {
  case file(ReloadedFile<KeySet>)
  case issuer(IssuerKeys)

  /// nil where there have been none yet.
  var current: KeySet? {
    switch self {
    case .file(let file): file.content
    case .issuer(let keys): keys.current
    }
  }

  /// Grows with each change of ``current``.
  var edition: Int {
    switch self {
    case .file(let file): file.edition
    case .issuer(let keys): keys.edition
    }
  }

  /// Asks for newer ones, if that may help, and waits for them, but not for long.
  func renew(waitingOn loop: EventLoop) async {
    switch self {
    case .file: break
    case .issuer(let keys): await keys.renew(waitingOn: loop)
    }
  }
}
