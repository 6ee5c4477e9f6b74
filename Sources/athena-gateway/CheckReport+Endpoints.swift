import AWSClient
import HTTPClient

/// An endpoint that is called, the settings that make it what it is, and the way there.
struct CheckedEndpoint {
  let service: AWSService
  let endpoint: Endpoint
  /// None where it is the region's own.
  let sources: [String]
  /// nil where it is called directly.
  let proxy: Proxies.Setting?
}

extension CheckReport {
  /// Those that the gateway calls, in the order in which they are shown.
  var endpoints: [CheckedEndpoint] {
    guard let configuration else { return [] }
    return [(.athena, configuration.athena), (.s3, configuration.s3)].map(checked)
      + [ofCredentials(configuration)].compactMap { $0 }.map(checked)
  }

  /// Where the credentials are asked for.
  private func ofCredentials(_ configuration: AWSConfiguration) -> (AWSService, Endpoint)? {
    let endpoints = configuration.settings.endpoints
    switch source {
    case "assume-role", "assume-role-with-web-identity":
      return (try? endpoints.endpoint(of: .sts, in: configuration.region.value)).map { (.sts, $0) }
    case "sso":
      guard let profiles = files.profiles,
        let name = profiles.settings["sso_session"].flatMap(profiles.ssoSession)?["sso_region"]
          ?? profiles.settings["sso_region"],
        let region = Region(name)
      else { return nil }
      return (try? endpoints.endpoint(of: .sso, in: region)).map { (.sso, $0) }
    default: return nil
    }
  }

  /// What assumes the profile's role: the setting that names it.
  var base: String? {
    guard source == "assume-role", let settings = files.profiles?.settings else { return nil }
    return ["source_profile", "credential_source"].compactMap { name in
      settings[name].map { "\(name) \($0)" }
    }.first
  }

  private func checked(_ service: AWSService, _ endpoint: Endpoint) -> CheckedEndpoint {
    CheckedEndpoint(
      service: service, endpoint: endpoint,
      sources: configuration?.settings.endpoints.sources(of: service) ?? [],
      proxy: configuration?.proxies.setting(for: endpoint.description))
  }
}
