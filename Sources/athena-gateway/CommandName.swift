import ArgumentParser

extension AthenaGateway {
  static func main() {
    StandardStreams.open()
    let arguments = Array(CommandLine.arguments.dropFirst())
    if let fault = faultInCommandName(arguments) { exit(withError: ValidationError(fault)) }
    guard var command = command(arguments) else { return main(nil) }
    do { try command.run() } catch { exit(withError: error) }
  }

  /// The command as it is by itself; nil where anything is wrong with it, or help is wanted: that ArgumentParser says
  /// of the whole program. For which it looks at all commands, an eighth of what the start takes.
  private static func command(_ arguments: [String]) -> (any ParsableCommand)? {
    let asksForHelp = arguments.contains {
      ["help", "-h", "-help"].contains($0) || $0.hasPrefix("--help")
    }
    let command = configuration.subcommands.first { $0._commandName == arguments.first }
    return asksForHelp ? nil : try? command?.parseAsRoot(Array(arguments.dropFirst()))
  }

  /// What is wrong with a first argument that should be a command: ArgumentParser would complain of an option that
  /// comes after it, or knows none of the option.
  private static func faultInCommandName(_ arguments: [String]) -> String? {
    guard let first = arguments.first else { return nil }
    let names = configuration.subcommands.map { $0._commandName }
    if first.hasPrefix("-") {
      let option = first.prefix { $0 != "=" }
      guard !hasOption(self, option),
        let command = configuration.subcommands.first(where: { hasOption($0, option) })
      else { return nil }
      return "\(option): a command comes first; try "
        + "'athena-gateway \(command._commandName) \(option)'"
    }
    guard first != "help", !names.contains(first) else { return nil }
    let meant = names.first { $0.hasPrefix(first.prefix(2)) }
    return "'\(first.prefix(100))' is not a command: "
      + (meant.map { "did you mean '\($0)'?" } ?? "there are \(names.joined(separator: ", "))")
  }

  /// ArgumentParser shows its options in the help alone.
  private static func hasOption(_ command: any ParsableCommand.Type, _ option: Substring) -> Bool {
    command.helpMessage().split(whereSeparator: \.isWhitespace).contains(option)
  }
}
