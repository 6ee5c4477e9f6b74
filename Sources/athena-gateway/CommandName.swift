import ArgumentParser

extension AthenaGateway {
  static func main() {
    StandardStreams.open()
    if let fault = faultInCommandName(Array(CommandLine.arguments.dropFirst())) {
      exit(withError: ValidationError(fault))
    }
    main(nil)
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
