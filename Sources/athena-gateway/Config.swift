import ArgumentParser

/// `athena-gateway config`: what the settings of `serve` are, and where each comes from.
struct Config: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config",
    abstract: "Says what 'serve' would be set to, and where each setting comes from.",
    discussion: """
      It takes the flags of 'serve', and reads and checks what 'serve' does, but opens no port. The exit \
      status is 0 where 'serve' would start, and 1 where a setting can't be used. A password or a query in a \
      URL is masked.

      \(ConfigurationFlags.discussion)

      A line has the setting's name, its value and what has set it: its flag, its variable, its place in \
      the file, or 'default'. Region, endpoints and credentials that come from AWS's own variables and files \
      are what 'athena-gateway check' is for.

      With --json the output is one object: 'ok'; 'problems', an array of texts; and 'settings', where each \
      setting is {value, source}: a text, true or false, an array of texts, or null where it isn't set or \
      can't be used. 'source' is left out where it is the default.
      """)

  @OptionGroup
  var flags: ServeFlags

  @Flag(help: "Print one JSON object, for programs.")
  var json = false

  func run() throws {
    let report = try report()
    print(json ? report.json : report.text)
    if !report.isOK { throw ExitCode.failure }
  }

  private func report() throws -> ConfigurationReport {
    var reader: SettingsReader
    do {
      reader = try flags.configuration.reader()
    } catch {
      guard json else { throw error }
      // Of a file that can't be read nothing is known.
      return ConfigurationReport(settings: [], problems: ["\(error)"])
    }
    // Its error is the problems, which the reader has.
    _ = try? ServeSettings(flags, &reader)
    return ConfigurationReport(settings: reader.found, problems: reader.problems.list)
  }
}
