/// One calculation, from submission to its end. Times are milliseconds since 1970.
final class Calculation {
  /// As Athena's model has them; nothing is ever CREATED here.
  enum State: String, CaseIterable {
    case creating = "CREATING"
    case created = "CREATED"
    case queued = "QUEUED"
    case running = "RUNNING"
    case canceling = "CANCELING"
    case canceled = "CANCELED"
    case completed = "COMPLETED"
    case failed = "FAILED"

    var isTerminal: Bool { self == .completed || self == .failed || self == .canceled }
  }

  let id: String
  /// In the order of submission, within its session.
  let number: Int
  let sessionID: String
  let description: String?
  let outputs: Outputs
  let submitted = WallClock.milliseconds

  /// Empty once nobody can ask for it any more.
  private(set) var code: String
  private(set) var state = State.creating
  private(set) var completed: Int?
  /// At most 1024 characters.
  private(set) var reason: String?
  /// What it has written, as it was at the end; before, there is nothing to read.
  private(set) var finishedOutputs: FinishedOutputs?
  private var began: Int?

  init(
    id: String, number: Int, sessionID: String, code: String, description: String?, outputs: Outputs
  ) {
    self.id = id
    self.number = number
    self.sessionID = sessionID
    self.code = code
    self.description = description
    self.outputs = outputs
  }

  /// It waits for the interpreter from now on.
  func enqueue() {
    state = .queued
  }

  /// The interpreter has it.
  func begin() {
    guard state == .queued else { return }
    began = WallClock.milliseconds
    state = .running
  }

  /// It is to be interrupted; false where it has ended, or is to be already.
  func cancel() -> Bool {
    guard !state.isTerminal, state != .canceling else { return false }
    state = .canceling
    return true
  }

  func end(_ outcome: PythonProcess.Outcome) {
    completed = WallClock.milliseconds
    switch outcome {
    case .completed: state = .completed
    // What has taken the interpreter down with it is canceled all the same.
    case .failed(let why): (state, reason) = (state == .canceling ? .canceled : .failed, why)
    case .canceled(let why): (state, reason) = (.canceled, why)
    }
    if let reason { self.reason = String(reason.unicodeScalars.prefix(1024)) }
    if began != nil { finishedOutputs = outputs.finish() }
  }

  /// Gives back what it holds: its outputs and its code.
  func forget() {
    outputs.remove()
    code = ""
  }

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
