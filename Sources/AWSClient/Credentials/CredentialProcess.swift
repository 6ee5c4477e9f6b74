import EventLoop
import JSON
import Subprocess
import SystemPackage

/// One run of a program that prints credentials.
struct CredentialProcess {
  /// The rest of a sentence about the command. Has neither the arguments, which can be secrets, nor what
  /// the program printed on its standard output.
  struct Failure: Error, Equatable {
    let reason: String
  }

  private static let largestOutput = 64 * 1024

  let program: String
  let arguments: [String]
  let timeout: Duration

  /// What it prints until its end.
  func output(on loop: EventLoop) async throws(Failure) -> [UInt8] {
    var result = Result<[UInt8], Failure>.success([])
    let run = loop.spawn { result = await self.result() }
    // Its cancellation kills the program.
    let deadline = loop.makeDeadline { run.cancel() }
    deadline.arm(after: timeout)
    await withTaskCancellationHandler {
      await run.value
    } onCancel: {
      run.cancel()
    }
    // Also what keeps the deadline until here.
    deadline.disarm()
    guard !run.isCancelled else {
      throw Failure(
        reason: "was killed, since it had not ended after \(timeout.components.seconds) s")
    }
    return try result.get()
  }

  private func result() async -> Result<[UInt8], Failure> {
    do {
      let ended = try await Subprocess.run(
        configuration, input: .none, output: .bytes(limit: Self.largestOutput), error: .sequence
      ) { running in
        try await Self.firstLine(of: running.standardError)
      }
      guard ended.terminationStatus == .exited(0) else {
        return .failure(Self.explain(ended.terminationStatus, said: ended.closureResult))
      }
      return .success(ended.standardOutput)
    } catch {
      return .failure(explain(error))
    }
  }

  private var configuration: Configuration {
    var platform = PlatformOptions()
    // A session of its own is a process group, which is killed as a whole, and has no terminal that a
    // program could ask for a password.
    platform.createSession = true
    platform.teardownSequence = [
      .gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: .seconds(1))
    ]
    return Configuration(
      executable: program.contains("/") ? .path(FilePath(program)) : .name(program),
      arguments: Arguments(arguments), platformOptions: platform)
  }

  /// Reads all of it, so that the program never waits for us.
  private static func firstLine(of stream: SubprocessOutputSequence) async throws -> String {
    var bytes: [UInt8] = []
    for try await buffer in stream {
      let room = 1024 - bytes.count
      if room > 0 { buffer.withUnsafeBytes { bytes += $0.prefix(room) } }
    }
    let line = bytes.split(separator: UInt8(ascii: "\n")).first ?? []
    return String(String(decoding: line, as: UTF8.self).printable.prefix(200))
  }

  // MARK: Its end

  private static func explain(_ status: TerminationStatus, said: String) -> Failure {
    let said = said.isEmpty ? "and said nothing" : "and said: \(said)"
    return switch status {
    case .exited(let code): Failure(reason: "ended with status \(code) \(said)")
    case .signaled(let number): Failure(reason: "was ended by signal \(number) \(said)")
    }
  }

  private func explain(_ error: any Error) -> Failure {
    let error = error as? SubprocessError
    if error?.code == .outputLimitExceeded {
      return Failure(reason: "printed more than \(Self.largestOutput) bytes")
    }
    // What may not be executed is passed over in the search, as if it were not there.
    if error?.code == .executableNotFound || error?.underlyingError == .noSuchFileOrDirectory {
      // Where a shell would read a variable that is set for the program, there may be a secret.
      let name =
        program.contains("=") ? "a program" : "the program \(program.printable.prefix(200))"
      return Failure(
        reason: "names \(name), which is not installed, not on the PATH, or not executable")
    }
    let why = error?.underlyingError.map { ": \($0)" } ?? ""
    return Failure(reason: "could not be run\(why)")
  }
}
