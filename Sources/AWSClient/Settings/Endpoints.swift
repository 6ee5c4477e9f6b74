/// Where each service is called, as the settings have it.
public struct Endpoints: Sendable {
  private let fips: Setting<Bool>?
  private let dualStack: Setting<Bool>?
  private let custom: [AWSService: Setting<Endpoint>]

  /// - Parameter athena: What a flag says of Athena's.
  init(_ reader: inout SettingReader, athena: Setting<String>?) {
    fips = reader.flag("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint")
    dualStack = reader.flag("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint")
    let isIgnoring = reader.flag(
      "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls")
    var custom: [AWSService: Setting<Endpoint>] = [:]
    for service in AWSService.allCases {
      let flag = service == .athena ? athena : nil
      let configured =
        isIgnoring?.value == true ? nil : flag == nil ? Self.url(of: service, &reader) : nil
      guard let setting = flag ?? configured else { continue }
      do throws(Endpoint.Problem) {
        custom[service] = Setting(try Endpoint(parsing: setting.value), from: setting.source)
      } catch {
        reader.note("\(setting.source): \(error)")
      }
    }
    self.custom = custom
    refuseCombinations(&reader)
  }

  /// botocore's order (`ConfiguredEndpointProvider`).
  private static func url(
    of service: AWSService, _ reader: inout SettingReader
  ) -> Setting<String>? {
    if let setting = reader.variable(service.endpointVariable) { return setting }
    if let setting = reader.variable("AWS_ENDPOINT_URL") { return setting }
    if let setting = reader.ofServices(service.identifier, "endpoint_url") { return setting }
    return reader.ofProfile("endpoint_url")
  }

  /// Nobody knows what an operator's own endpoint would be with FIPS.
  private func refuseCombinations(_ reader: inout SettingReader) {
    for service in AWSService.allCases {
      guard let custom = custom[service] else { continue }
      for variant in [fips, dualStack].compactMap({ $0 }) where variant.value {
        reader.note(
          "\(custom.source) and \(variant.source): an endpoint of your own is called as it is; unset one "
            + "of them")
      }
    }
  }

  /// Where a service is called.
  public func endpoint(of service: AWSService, in region: Region) throws(SettingsProblem)
    -> Endpoint
  {
    if let custom = custom[service] { return custom.value }
    let variant = Endpoint.Variant(
      isFIPS: fips?.value ?? false, isDualStack: dualStack?.value ?? false)
    guard let endpoint = Endpoint(of: service, in: region, variant: variant) else {
      throw SettingsProblem(
        "\(fips?.source ?? "FIPS"): \(service.name) has no FIPS endpoint in \(region)")
    }
    return endpoint
  }

  /// The settings that make a service's endpoint what it is; none where it is the region's ordinary one.
  public func sources(of service: AWSService) -> [String] {
    if let custom = custom[service] { return [custom.source] }
    return [fips, dualStack].compactMap { $0 }.filter(\.value).map(\.source)
  }
}
