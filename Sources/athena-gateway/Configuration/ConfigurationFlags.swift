import ArgumentParser

/// Where settings are that no flag gives.
struct ConfigurationFlags: ParsableArguments {
  @Option(
    GatewaySetting(
      "config", as: "file",
      "A file of JSON with settings: an object with a member for each flag, as in {\"max-head\": "
        + "\"32KiB\"}."))
  var file: GatewaySetting<String?>

  /// What reads a command's settings. Throws where the file can't be used.
  func reader() throws(SettingsError) -> SettingsReader {
    try SettingsReader(file, environment: Environment.current)
  }

  /// What the help of each command with these flags says of them.
  static let discussion = """
    What no flag gives is taken from the environment, and then from the file of --config: --max-head is \
    also ATHENA_GATEWAY_MAX_HEAD, and "max-head" in the file. Lists are separated by commas in a variable, \
    and arrays in the file; what has no value is true or false in both.
    """
}
