import ArgumentParser
import Callers
import Files

/// The flags of how callers say who they are.
struct CallerFlags: ParsableArguments {
  @Option(
    name: .customLong("api-keys"),
    help: ArgumentHelp(
      "Serve callers that show one of the API keys of this file, which 'athena-gateway key new' makes. A "
        + "change of the file is seen within three seconds, or at SIGHUP.", valueName: "file"))
  var apiKeys: String?

  @Option(
    name: .customLong("jwt-issuer"),
    help: ArgumentHelp(
      "Serve callers that show a JWT of this issuer, its claim 'iss'.", valueName: "url"))
  var issuer: String?

  @Option(
    name: .customLong("jwt-audience"),
    help: ArgumentHelp(
      "What a JWT's claim 'aud' must have one of; can be given several times. Needed with --jwt-issuer.",
      valueName: "name"))
  var audiences: [String] = []

  @Option(
    name: .customLong("jwt-keys"),
    help: ArgumentHelp(
      "The issuer's keys, a JWK Set: a file, or a URL with https. (default: what the issuer's "
        + ".well-known/openid-configuration names)", valueName: "file|url"))
  var keys: String?

  @Option(
    name: .customLong("jwt-caller-claim"),
    help: ArgumentHelp(
      "The claim of a JWT that names its caller. (default: sub)", valueName: "name"))
  var callerClaim: String?

  var areGiven: Bool { apiKeys != nil || issuer != nil }

  /// By what callers are known, with what is wrong with it noted. Reads the files.
  func settings(_ problems: inout Problems) -> CallerSettings {
    let apiKeys = apiKeys.flatMap { path in
      problems.noting("--api-keys") {
        try ReloadedFile(
          path, limit: APIKeys.fileLimit, parse: APIKeys.init(parsing:),
          onNews: { CallerSettings.tell($0, of: "API keys", at: path) })
      }
    }
    return CallerSettings(apiKeys: apiKeys, tokens: tokens(&problems))
  }

  private func tokens(_ problems: inout Problems) -> CallerSettings.Tokens? {
    guard let issuer else {
      for (flag, isGiven) in [
        ("--jwt-audience", !audiences.isEmpty), ("--jwt-keys", keys != nil),
        ("--jwt-caller-claim", callerClaim != nil),
      ] where isGiven {
        problems.add("\(flag): give --jwt-issuer too")
      }
      return nil
    }
    if audiences.isEmpty {
      problems.add(
        "--jwt-audience: needed with --jwt-issuer, so that tokens for other services don't open this one"
      )
    }
    for (flag, values) in [
      ("--jwt-issuer", [issuer]), ("--jwt-audience", audiences),
      ("--jwt-caller-claim", callerClaim.map { [$0] } ?? []),
    ] where values.contains("") {
      problems.add("\(flag): is empty")
    }
    guard let source = source(issuer, &problems) else { return nil }
    let rules = TokenRules(
      issuer: issuer, audiences: audiences, callerClaim: callerClaim ?? "sub")
    return CallerSettings.Tokens(rules: rules, source: source)
  }

  private func source(
    _ issuer: String, _ problems: inout Problems
  ) -> CallerSettings.Tokens.Source? {
    let rule = "is no URL with https, or with http on a loopback address"
    guard let keys else {
      guard KeyPlace.isTrusted(issuer) else {
        problems.add("--jwt-issuer: '\(issuer.prefix(100))' \(rule); or give --jwt-keys")
        return nil
      }
      return .place(.discovery(issuer: issuer))
    }
    if keys.contains("://") {
      guard KeyPlace.isTrusted(keys) else {
        problems.add("--jwt-keys: '\(keys.prefix(100))' \(rule)")
        return nil
      }
      return .place(.set(keys))
    }
    return problems.noting("--jwt-keys") {
      .file(
        try ReloadedFile(
          keys, limit: KeySet.sizeLimit, parse: KeySet.init(parsing:),
          onNews: { CallerSettings.tell($0, of: "keys of JWTs", at: keys) }))
    }
  }
}
