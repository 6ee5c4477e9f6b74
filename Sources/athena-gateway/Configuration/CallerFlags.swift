import ArgumentParser
import Callers
import Files

/// How callers say who they are.
struct CallerFlags: ParsableArguments {
  @Option(
    GatewaySetting(
      "api-keys", as: "file",
      "Serve callers that show one of the API keys of this file, which 'athena-gateway key new' makes. A "
        + "change of the file is seen within three seconds, or at SIGHUP."))
  var apiKeys: GatewaySetting<String?>

  @Option(
    GatewaySetting(
      "jwt-issuer", "Serve callers that show a JWT of this issuer, its claim 'iss'."))
  var issuer: GatewaySetting<URLText?>

  @Option(
    list: GatewaySetting(
      "jwt-audience", as: "name",
      "What a JWT's claim 'aud' must have one of; can be given several times. Needed with --jwt-issuer.",
      checking: checkNotEmpty))
  var audiences: [GatewaySetting<String?>]

  @Option(
    GatewaySetting(
      "jwt-keys", as: "file|url", "The issuer's keys, a JWK Set: a file, or a URL with https.",
      default: "what the issuer's .well-known/openid-configuration names"))
  var keys: GatewaySetting<URLText?>

  @Option(
    GatewaySetting(
      "jwt-caller-claim", as: "name", "The claim of a JWT that names its caller.", default: "sub",
      checking: checkNotEmpty))
  var callerClaim

  private static let checkNotEmpty: @Sendable (String) throws -> Void = { text in
    if text.isEmpty { throw SettingsError(description: "is empty") }
  }

  /// Whether any callers are asked, be it with faults.
  func areSet(_ reader: SettingsReader) -> Bool { reader.isSet(apiKeys) || reader.isSet(issuer) }

  /// By what callers are known, with faults noted. Reads the files.
  func settings(_ reader: inout SettingsReader) -> CallerSettings {
    let path = reader.value(apiKeys)
    return CallerSettings(
      apiKeys: path.flatMap { path in
        file(apiKeys, path, APIKeys.fileLimit, APIKeys.init(parsing:), &reader)
      }, tokens: tokens(&reader))
  }

  private func tokens(_ reader: inout SettingsReader) -> CallerSettings.Tokens? {
    let (issuer, keys) = (reader.value(issuer)?.text, reader.value(keys)?.text)
    let (audiences, claim) = (reader.list(audiences), reader.value(callerClaim))
    guard let issuer else {
      refuseAlone(self.audiences[0], &reader)
      refuseAlone(self.keys, &reader)
      refuseAlone(callerClaim, &reader)
      return nil
    }
    if !reader.isSet(self.audiences[0]) {
      reader.fault(
        self.issuer,
        "give --jwt-audience too, so that tokens for other services don't open this one")
    }
    guard let source = source(issuer, keys, &reader) else { return nil }
    let rules = TokenRules(issuer: issuer, audiences: audiences, callerClaim: claim)
    return CallerSettings.Tokens(rules: rules, source: source)
  }

  /// Notes a setting that means nothing without an issuer.
  private func refuseAlone<Value>(
    _ setting: GatewaySetting<Value>, _ reader: inout SettingsReader
  ) {
    if reader.isSet(setting) { reader.fault(setting, "give --\(issuer.name) too") }
  }

  private func source(
    _ issuer: String, _ keys: String?, _ reader: inout SettingsReader
  ) -> CallerSettings.Tokens.Source? {
    let rule = "is no URL with https, or with http on a loopback address"
    guard let keys else {
      guard KeyPlace.isTrusted(issuer) else {
        reader.fault(
          self.issuer, "'\(URLText(parsing: issuer))' \(rule); or give --\(self.keys.name)")
        return nil
      }
      return .place(.discovery(issuer: issuer))
    }
    if keys.contains("://") {
      guard KeyPlace.isTrusted(keys) else {
        reader.fault(self.keys, "'\(URLText(parsing: keys))' \(rule)")
        return nil
      }
      return .place(.set(keys))
    }
    return file(
      self.keys, keys, KeySet.sizeLimit, KeySet.init(parsing:), &reader
    ).map { .file($0) }
  }

  private func file<Content: Equatable & Sendable>(
    _ setting: GatewaySetting<some Sendable>, _ path: String, _ limit: Int,
    _ parse: @escaping @Sendable ([UInt8]) throws(FileFault) -> Content,
    _ reader: inout SettingsReader
  ) -> ReloadedFile<Content>? {
    do throws(FileFault) {
      return try ReloadedFile(
        path, limit: limit, parse: parse)
    } catch {
      reader.fault(setting, "\(error)")
      return nil
    }
  }
}
