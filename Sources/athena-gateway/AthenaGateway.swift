import ArgumentParser

/// The program: its commands, and what they have in common.
@main
struct AthenaGateway: ParsableCommand {
  static let version = "0.1.0"

  // Each command is named: to make a name of a type's, ArgumentParser has the runtime look through all
  // conformances of the program, which was a tenth of what the start takes.
  static let configuration = CommandConfiguration(
    commandName: "athena-gateway",
    abstract: "Runs Spark code on Amazon Athena for callers that speak plain REST.",
    version: version,
    subcommands: [
      Serve.self, Local.self, Config.self, Check.self, Explain.self, Healthcheck.self, Key.self,
    ])

  /// What AWS's logs call the program.
  static let userAgent = "athena-gateway/\(version)"
}
