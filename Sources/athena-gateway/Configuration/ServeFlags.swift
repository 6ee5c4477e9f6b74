import ArgumentParser
import Gateway
import HTTPServer

/// All that can be set about the gateway.
struct ServeFlags: ParsableArguments {
  @OptionGroup
  var configuration: ConfigurationFlags

  @Flag(help: "Run against a local Athena in this process, which runs code on this machine.")
  var local = false

  @Option(
    GatewaySetting(
      "listen", "The address to listen on: HOST:PORT, or unix:PATH for a unix socket.",
      default: ListenAddress.loopback(port: 8080)))
  var listen

  @Option(
    GatewaySetting(
      "socket-mode", "Who may connect to the unix socket, in octal.",
      default: "0600, its owner alone"))
  var socketMode: GatewaySetting<FileMode?>

  @Option(
    GatewaySetting(
      "base-path",
      "Serve everything under this path, as in /athena, for a proxy that shares its host name. /livez and "
        + "/readyz are at the root too.", default: "the root"))
  var basePath: GatewaySetting<BasePath?>

  @OptionGroup(title: "AWS")
  var aws: AWSFlags

  @OptionGroup(title: "Sessions")
  var sessions: SessionFlags

  @Option(
    list: GatewaySetting(
      "allowed-code",
      "A place in S3 that codeUri may name: s3://BUCKET/ for all of a bucket, s3://BUCKET/PREFIX/ for the "
        + "keys that begin so; can be given several times.",
      default: "none; callers send their code"))
  var allowedCode: [GatewaySetting<CodeSources.Source?>]

  @Option(
    GatewaySetting(
      "workers", "The number of workers.",
      default: "one for each processor that the process may use",
      checking: { try (1...1024).check($0) }))
  var workers: GatewaySetting<Int?>

  @Option(
    list: GatewaySetting(
      "allowed-host", as: "name", "A host name that callers may use; can be given several times.",
      default: "loopback names on a loopback address, every name on another",
      checking: { name in
        guard HostPolicy.isHostName(name) else {
          throw SettingsError(
            description: "\(name.quoted) is not a host name; leave out the port")
        }
      }))
  var allowedHosts: [GatewaySetting<String?>]

  @Option(
    list: GatewaySetting(
      "allowed-origin",
      "An origin whose pages may use the gateway besides its own, as in https://app.example; can be given "
        + "several times.", default: "none"))
  var allowedOrigins: [GatewaySetting<Origin?>]

  @OptionGroup
  var tls: TLSFlags

  @OptionGroup(title: "Callers")
  var callers: CallerFlags

  @Flag(
    help: ArgumentHelp(
      "Serve callers that don't say who they are, even on an address that other machines can reach: whoever "
        + "reaches it may run code."))
  var allowAnonymous = false

  @OptionGroup(title: "Callers")
  var access: AccessFlags

  @OptionGroup(title: "Fairness")
  var fairness: FairnessFlags

  @OptionGroup(title: "Limits")
  var limits: LimitFlags

  @OptionGroup(title: "Log and metrics")
  var seeing: SeeingFlags

  @OptionGroup(title: "The end")
  var drain: DrainFlags
}

extension CodeSources.Source: SettingValue {
  static let noun = "uri"

  init(parsing text: String) throws {
    guard let source = Self(text) else {
      throw SettingsError(
        description:
          "\(text.quoted) is neither a bucket nor a prefix that ends in a slash, as in s3://bucket/ "
          + "and s3://bucket/prefix/")
    }
    self = source
  }
}

extension Origin: SettingValue {
  static let noun = "origin"

  init(parsing text: String) throws {
    guard let origin = Origin(text) else {
      throw SettingsError(
        description:
          "\(text.quoted) is not a page's origin: http:// or https://, one host (no pattern), and its "
          + "port, without a path or slash, as in https://app.example")
    }
    self = origin
  }
}

extension HostPolicy {
  /// Whether a `Host` field can be this text and a port.
  fileprivate static func isHostName(_ text: String) -> Bool {
    if text.hasPrefix("["), text.hasSuffix("]") { return true }
    return !text.isEmpty && !text.contains { ":/@?# ".contains($0) }
  }
}
