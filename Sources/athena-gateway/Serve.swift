import ArgumentParser
import Log

/// `athena-gateway serve`: the gateway itself.
struct Serve: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Serves the REST API and calls Athena for it.",
    discussion: """
      \(ConfigurationFlags.discussion)

      \(AWSFlags.discussion)

      With --local no AWS account is needed: a stand-in Athena runs in the same process, executes \
      the code with python3 on this machine, and has a session named 'demo'.

      SIGTERM ends the gateway once all requests are answered, after --drain-delay; SIGINT without that \
      delay; a second one of them at once. SIGHUP reads the files of TLS and of callers, and the policy, \
      again. A signal that was ignored at the start, as by nohup, stays so.

      A size is a number of bytes, KiB or MiB, such as 16KiB; a time a number of ms, s, m or h, or of \
      seconds alone, such as 10s or 10. 'athena-gateway config' says what all of it comes to.
      """)

  @OptionGroup
  var flags: ServeFlags

  func run() throws {
    var reader = try flags.configuration.reader()
    let format = reader.value(flags.seeing.format)
    Terminal.use(format)
    do {
      let settings = try ServeSettings(flags, &reader)
      try GatewayProcess(settings).run()
    } catch {
      throw Self.told(error, in: format)
    }
  }

  /// What the parser prints is text: of an error that is told already the status is left.
  private static func told(_ error: any Error, in format: LogFormat) -> any Error {
    guard format == .json else { return error }
    for line in "\(error)".split(separator: "\n") {
      Terminal.complain(String(line.drop { $0 == " " }))
    }
    return ExitCode.failure
  }
}
