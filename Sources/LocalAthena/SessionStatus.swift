/// Where a session is between its start and its end. Times are milliseconds since 1970.
struct SessionStatus {
  /// As Athena's model has them; nothing is ever DEGRADED here.
  enum State: String, CaseIterable {
    case creating = "CREATING"
    case created = "CREATED"
    case idle = "IDLE"
    case busy = "BUSY"
    case terminating = "TERMINATING"
    case terminated = "TERMINATED"
    case degraded = "DEGRADED"
    case failed = "FAILED"

    /// Whether it lives and is to live on: what ListSessions lists unasked.
    var isActive: Bool {
      switch self {
      case .creating, .created, .idle, .busy: true
      case .terminating, .terminated, .degraded, .failed: false
      }
    }

    var hasEnded: Bool { self == .terminated || self == .failed }
  }

  private(set) var state: State
  private(set) var reason: String?
  let started = WallClock.milliseconds
  private(set) var modified: Int
  private(set) var ended: Int?
  /// While it is IDLE.
  private(set) var idleSince: Int?

  init(_ state: State) {
    self.state = state
    modified = started
    if state == .idle { idleSince = started }
  }

  mutating func become(_ state: State, because reason: String? = nil) {
    self.state = state
    self.reason = reason.map { String($0.unicodeScalars.prefix(1024)) }
    modified = WallClock.milliseconds
    idleSince = state == .idle ? modified : nil
    ended = state.hasEnded ? modified : nil
  }
}
