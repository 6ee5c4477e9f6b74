/// One calculation, from submission to its end. Times are milliseconds since 1970.
final class Calculation {
  enum State: String {
    case creating = "CREATING"
    case queued = "QUEUED"
    case running = "RUNNING"
    case completed = "COMPLETED"
    case failed = "FAILED"
    case canceled = "CANCELED"

    var isTerminal: Bool { self == .completed || self == .failed || self == .canceled }
  }

  let id: String
  let sessionID: String
  let description: String?
  let outputs: Outputs
  let submitted = WallClock.milliseconds

  private(set) var state = State.creating
  private(set) var completed: Int?
  /// At most 1024 characters.
  private(set) var reason: String?
  private var began: Int?
  private var launch: ((Calculation) -> Void)?

  /// - Parameter launch: Sets it off; called once.
  init(
    id: String, sessionID: String, description: String?, outputs: Outputs,
    launch: @escaping (Calculation) -> Void
  ) {
    self.id = id
    self.sessionID = sessionID
    self.description = description
    self.outputs = outputs
    self.launch = launch
  }

  /// It waits for the interpreter from now on.
  func enqueue() {
    state = .queued
    launch?(self)
    // The code block goes with it.
    launch = nil
  }

  /// The interpreter has it.
  func begin() {
    began = WallClock.milliseconds
    state = .running
  }

  func end(_ outcome: PythonProcess.Outcome) {
    completed = WallClock.milliseconds
    switch outcome {
    case .completed: state = .completed
    case .failed(let why): (state, reason) = (.failed, why)
    case .canceled(let why): (state, reason) = (.canceled, why)
    }
    if let reason { self.reason = String(reason.unicodeScalars.prefix(1024)) }
  }

  /// Whether there is something to read: it has ended, and had begun.
  var hasOutputs: Bool { state.isTerminal && began != nil }

  /// As if on one DPU: the time for which it has run. The clock may have been set back meanwhile.
  var milliseconds: Int {
    guard let began else { return 0 }
    return max(0, (completed ?? WallClock.milliseconds) - began)
  }

  /// Nobody knows how far Python is: the text tells before from after.
  var progress: String? {
    switch state {
    case .running: "0%"
    case .completed: "100%"
    default: nil
    }
  }
}
