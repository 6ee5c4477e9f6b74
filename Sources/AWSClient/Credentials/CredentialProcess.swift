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
    // The cancellation of the run kills the program, as far as it can be.
    guard let result = await loop.outcome(within: timeout, of: { await self.result() }) else {
      throw Failure(
        reason: "was killed, since it had not ended after \(timeout.components.seconds) s")
    }
    return try result.get()
  }

  private func result() async -> Result<[UInt8], Failure> {
    do {
      let ended = try await Subprocess.run(
        configuration, input: .none, output: .bytes(limit: Self.largestOutput), error: .discarded)
      guard ended.terminationStatus == .exited(0) else {
        return .failure(Self.explain(ended.terminationStatus))
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

  // MARK: Its end

  /// What it wrote to standard error may hold a secret, and callers would read it.
  private static func explain(_ status: TerminationStatus) -> Failure {
    let advice = "run it by hand to see what it says"
    return switch status {
    case .exited(let code): Failure(reason: "ended with status \(code); \(advice)")
    case .signaled(let number): Failure(reason: "was ended by signal \(number); \(advice)")
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
        reason: "names \(name), which is not installed, not on the PATH, or not executable; "
          + "no shell runs it, so that '~', pipes and variables mean nothing")
    }
    let why = error?.underlyingError.map { ": \($0)" } ?? ""
    return Failure(reason: "could not be run\(why)")
  }
}
