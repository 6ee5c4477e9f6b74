import EventLoop
import Glibc
import Subprocess
import SystemPackage

/// One `python3` that runs the code blocks of a session, by way of `engine.py`.
///
/// Everything of it happens on the loop: what Subprocess blocks on, it does on a thread of its own.
final class PythonProcess {
  /// A code block that is to be run.
  struct Job {
    let id: String
    let code: String
    let outputs: Outputs
  }

  enum Outcome {
    case completed
    case failed(String)
    case canceled(String?)
  }

  /// What becomes of it.
  enum Event {
    /// The process is there; the interpreter is on its way.
    case started
    /// It runs code from now on.
    case ready
    case ended(String)
  }

  private struct Pending {
    let id: String
    let didBegin: () -> Void
    let continuation: UnsafeContinuation<Outcome, Never>
  }

  private typealias Running = Execution<CustomWriteInput, SequenceOutput, StringOutput<UTF8>>

  private let loop: EventLoop
  private let command: Command
  private let observe: (Event) -> Void
  private var running: Running?
  private var isReady = false
  private var isClosing = false
  private var pending: Pending?
  private var outbox = [Command.source]
  private var isWriting = false
  private var atEnd: [UnsafeContinuation<Void, Never>] = []
  /// For what is owed by now: the end of a calculation that was interrupted, or of the process.
  private var patience: Deadline?

  /// Whether it takes no more jobs.
  private(set) var hasEnded = false

  /// Starts at once.
  init(_ command: Command, on loop: EventLoop, observe: @escaping (Event) -> Void) {
    self.command = command
    self.loop = loop
    self.observe = observe
    loop.spawn { await self.live() }
  }

  /// Runs the code; one at a time.
  ///
  /// - Parameter didBegin: Called when the interpreter is there and has the code.
  func run(_ job: Job, didBegin: @escaping () -> Void) async -> Outcome {
    guard !hasEnded, pending == nil else { return .failed("the interpreter is not there") }
    return await withUnsafeContinuation { continuation in
      pending = Pending(id: job.id, didBegin: didBegin, continuation: continuation)
      send(EngineMessage.run(job))
      if isReady { didBegin() }
    }
  }

  /// Stops the job of this id, if it has not ended: as Ctrl-C would, and by killing the interpreter if that
  /// does not help.
  func interrupt(_ id: String) {
    guard !hasEnded, pending?.id == id else { return }
    send(EngineMessage.interrupt(id))
    // Longer than engine.py waits for the interpreter: the code may have stopped engine.py itself.
    kill(after: .seconds(10))
  }

  /// Ends it, with all that it has started, and returns when it is gone.
  func close() async {
    isClosing = true
    guard !hasEnded else { return }
    // The end of its stdin tells it to kill everything and to end. It may be stopped or stuck, though.
    kill(after: .seconds(3))
    try? await running?.standardInputWriter.finish()
    if !hasEnded { await withUnsafeContinuation { atEnd.append($0) } }
  }

  private func kill(after duration: Duration) {
    patience = loop.makeDeadline { [unowned self] in try? running?.send(signal: .kill) }
    patience?.arm(after: duration)
  }

  // MARK: The process

  private func live() async {
    let why = await ended()
    loop.assertIsCurrent()
    hasEnded = true
    running = nil
    outbox = []
    finish(isClosing ? .canceled("the session was terminated") : .failed(why))
    patience = nil
    observe(.ended(why))
    for continuation in atEnd { continuation.resume() }
    atEnd = []
  }

  /// Runs the process to its end, and returns why it has ended.
  private func ended() async -> String {
    guard Command.hasDescriptors else { return "Python could not be run: too many open files" }
    do {
      let result = try await Subprocess.run(
        command.configuration, input: .inputWriter, output: .sequence,
        error: .string(limit: 64 * 1024)
      ) { running in
        try await hear(running)
      }
      return command.explain(
        result.terminationStatus, stderr: result.standardError, wasReady: isReady)
    } catch let error as SubprocessError {
      return command.explain(error)
    } catch {
      return "Python could not be run: \(error)"
    }
  }

  private func hear(_ running: Running) async throws {
    loop.assertIsCurrent()
    self.running = running
    guard !isClosing else { return }
    observe(.started)
    pump()
    var lines = LineBuffer()
    for try await buffer in running.standardOutput {
      loop.assertIsCurrent()
      buffer.withUnsafeBytes { lines.append($0) }
      while let line = lines.next() { take(EngineMessage(line)) }
    }
  }

  private func take(_ message: EngineMessage?) {
    switch message {
    case .ready:
      isReady = true
      pending?.didBegin()
      observe(.ready)
    case .outcome(let id, let outcome):
      if pending?.id == id { finish(outcome) }
    case nil: break
    }
  }

  private func finish(_ outcome: Outcome) {
    guard let pending else { return }
    self.pending = nil
    if !isClosing { patience = nil }
    pending.continuation.resume(returning: outcome)
  }

  // MARK: Writing

  private func send(_ line: [UInt8]) {
    outbox.append(line)
    pump()
  }

  /// Writes what is in the outbox, one line after the other: a pipe takes a long one in pieces.
  private func pump() {
    guard !isWriting, let writer = running?.standardInputWriter else { return }
    isWriting = true
    loop.spawn { [self] in
      while !outbox.isEmpty {
        // Nobody reads any more: the end of the process tells all that is to tell.
        guard (try? await writer.write(outbox.removeFirst())) != nil else { break }
      }
      isWriting = false
    }
  }
}
