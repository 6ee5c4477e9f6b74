/// What a session runs on, in Athena's words: the coordinator is the process that starts, stops and watches the
/// interpreter, and the worker is the interpreter.
struct Executor {
  enum Kind: String {
    case coordinator = "COORDINATOR"
    case worker = "WORKER"
  }

  /// As Athena's model has them.
  enum State: String, CaseIterable {
    case creating = "CREATING"
    case created = "CREATED"
    case registered = "REGISTERED"
    case terminating = "TERMINATING"
    case terminated = "TERMINATED"
    case failed = "FAILED"
  }

  let id: String
  /// In the order in which they have joined.
  let number: Int
  let kind: Kind
  let state: State
  /// Milliseconds since 1970.
  let started: Int
  let ended: Int?
}

extension Session {
  /// From the newest to the oldest. They live as long as the session does: where an interpreter is replaced, its
  /// place is taken.
  var executors: [Executor] {
    [(2, Executor.Kind.worker), (1, .coordinator)].map { number, kind in
      Executor(
        id: "\(id)-\(kind.rawValue.lowercased())", number: number, kind: kind,
        state: Executor.State(status.state), started: status.started, ended: status.ended)
    }
  }
}

extension Executor.State {
  fileprivate init(_ state: SessionStatus.State) {
    self =
      switch state {
      case .creating: .creating
      case .created: .created
      case .idle, .busy, .degraded: .registered
      case .terminating: .terminating
      case .terminated: .terminated
      case .failed: .failed
      }
  }
}
