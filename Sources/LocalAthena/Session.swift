import Crypto
import EventLoop

/// A session: one interpreter, whose variables live on from one calculation to the next.
///
/// The interpreter is started with the first calculation, and anew after its end: its variables are lost
/// then, but the session goes on.
final class Session {
  let id: String
  private unowned let account: Account
  private let loop: EventLoop
  private let command: PythonProcess.Command
  private let capacity: Int
  private var process: PythonProcess?
  /// From the oldest to the newest.
  private var calculations: [Calculation] = []

  init(
    id: String, account: Account, loop: EventLoop, options: LocalAthena.Options
  ) throws(SystemError) {
    self.id = id
    self.account = account
    self.loop = loop
    capacity = options.calculations
    command = PythonProcess.Command(
      options: options, workingDirectory: try account.outputs.makeDirectory(of: id))
  }

  /// Takes a calculation; ``Calculation/enqueue()`` sets it off.
  func start(_ code: String, description: String?) throws(ServiceError) -> Calculation {
    // Athena's own words, which its clients look for.
    guard calculations.last?.state.isTerminal ?? true else {
      throw .invalidRequest(
        "Session is in the BUSY state; needs to be IDLE to accept Calculations.")
    }
    let id = randomUUID()
    let outputs: Outputs
    do throws(SystemError) {
      outputs = try account.outputs.make(session: self.id, calculation: id)
    } catch {
      throw .internal("No place for the outputs: \(error)")
    }
    let calculation = Calculation(
      id: id, sessionID: self.id, description: description, outputs: outputs
    ) { [unowned self] calculation in
      loop.spawn { await self.run(code, calculation) }
    }
    makeRoom()
    calculations.append(calculation)
    account.add(calculation)
    return calculation
  }

  /// The last one may be running; all before it have ended.
  private func makeRoom() {
    while calculations.count >= max(1, capacity) {
      account.remove(calculations.removeFirst())
    }
  }

  private func run(_ code: String, _ calculation: Calculation) async {
    let process = livingProcess()
    let job = PythonProcess.Job(id: calculation.id, code: code, outputs: calculation.outputs)
    calculation.end(await process.run(job) { calculation.begin() })
  }

  private func livingProcess() -> PythonProcess {
    if let process, !process.hasEnded { return process }
    let new = PythonProcess(command, on: loop)
    process = new
    return new
  }

  func close() async {
    await process?.close()
  }
}
