import Cryptography
import EventLoop

/// A session: one interpreter, whose variables live on from one calculation to the next.
///
/// Where a calculation takes the interpreter down, the next one gets a new one: the variables are lost
/// then, but the session goes on.
final class Session {
  let id: String
  /// In the order of their starts.
  let number: Int
  let request: SessionRequest
  private(set) var status: SessionStatus
  /// From the oldest to the newest.
  private(set) var calculations: [Calculation] = []

  private unowned let account: Account
  private let loop: EventLoop
  private let options: LocalAthena.Options
  private let command: PythonProcess.Command
  private var process: PythonProcess?
  private var submitted = 0
  /// Of the calculations that have ended.
  private var spent = 0
  private var idle: Deadline?
  private var ending: Task<Void, Never>?

  /// - Parameter state: CREATING for one that ``open()`` is to start; IDLE for one whose interpreter starts
  ///   with its first calculation.
  init(
    id: String, number: Int, _ request: SessionRequest, _ state: SessionStatus.State,
    account: Account, loop: EventLoop, options: LocalAthena.Options
  ) throws(SystemError) {
    self.id = id
    self.number = number
    self.request = request
    self.account = account
    self.loop = loop
    self.options = options
    status = SessionStatus(state)
    try account.outputs.makeDirectories(of: id)
    command = PythonProcess.Command(
      options: options, workingDirectory: account.outputs.workingDirectory(of: id))
  }

  // MARK: Its life

  /// Starts the interpreter; once that is ready, so is the session.
  func open() {
    process = startProcess()
  }

  private func startProcess() -> PythonProcess {
    PythonProcess(command, on: loop) { [weak self] in self?.note($0) }
  }

  private func note(_ event: PythonProcess.Event) {
    switch (status.state, event) {
    case (.creating, .started): status.become(.created)
    case (.creating, .ready), (.created, .ready): becomeIdle()
    case (.creating, .ended(let why)), (.created, .ended(let why)):
      status.become(.failed, because: why)
    // What happens later is a calculation's affair.
    default: break
    }
  }

  private func becomeIdle() {
    status.become(.idle)
    guard let minutes = request.idleMinutes else { return }
    idle = loop.makeDeadline { [unowned self] in terminate() }
    idle?.arm(after: options.idleMinute * minutes)
  }

  /// Ends it, and what runs in it; nothing where it has ended or is about to.
  func terminate() {
    guard status.state.isActive else { return }
    status.become(.terminating)
    idle = nil
    _ = calculations.last?.cancel()
    ending = loop.spawn { [self] in
      await process?.close()
      // Athena's words, also where nobody has asked for it but the idle timeout.
      status.become(.terminated, because: "Session was terminated per request")
    }
  }

  /// Terminates it, and returns when all that it has started is gone.
  func close() async {
    terminate()
    await ending?.value
  }

  // MARK: Calculations

  /// Takes a calculation; ``launch(_:)`` sets it off.
  func submit(_ code: String, description: String?) throws(ServiceError) -> Calculation {
    guard status.state == .idle else {
      // Athena's own words, which its clients look for.
      throw .invalidRequest(
        "Session is in the \(status.state.rawValue) state; needs to be IDLE to accept Calculations."
      )
    }
    let id = randomUUID()
    let outputs: Outputs
    do throws(SystemError) {
      try account.outputs.makeDirectories(of: self.id)
      outputs = try account.outputs.make(session: self.id, calculation: id)
    } catch {
      throw .internal("No place for the outputs: \(error)")
    }
    submitted += 1
    let calculation = Calculation(
      id: id, number: submitted, sessionID: self.id, code: code, description: description,
      outputs: outputs)
    calculations.append(calculation)
    makeRoom()
    account.add(calculation)
    status.become(.busy)
    idle = nil
    return calculation
  }

  /// All but the new one have ended.
  private func makeRoom() {
    var codeSize = calculations.reduce(0) { $0 + $1.code.utf8.count }
    while calculations.count > max(1, options.calculations)
      || (calculations.count > 1 && codeSize > options.codeSize)
    {
      let oldest = calculations.removeFirst()
      codeSize -= oldest.code.utf8.count
      account.remove(oldest)
    }
  }

  func launch(_ calculation: Calculation) {
    calculation.enqueue()
    loop.spawn { [self] in await run(calculation) }
  }

  private func run(_ calculation: Calculation) async {
    let process = livingProcess()
    let job = PythonProcess.Job(
      id: calculation.id, code: calculation.code, outputs: calculation.outputs)
    calculation.end(await process.run(job) { calculation.begin() })
    spent += calculation.milliseconds
    if status.state == .busy { becomeIdle() }
  }

  private func livingProcess() -> PythonProcess {
    if let process, !process.hasEnded { return process }
    let new = startProcess()
    process = new
    return new
  }

  /// Interrupts a calculation; nothing where it has ended.
  func stop(_ calculation: Calculation) {
    if calculation.cancel() { process?.interrupt(calculation.id) }
  }

  /// As if on one DPU: the time for which calculations have run.
  var milliseconds: Int {
    guard let last = calculations.last, !last.state.isTerminal else { return spent }
    return spent + last.milliseconds
  }
}
