import AWSClient
import HTTPClient
import JSON

extension CheckReport {
  /// The object that `check --help` describes; members are added, not changed.
  var json: String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("ok", isOK)
    writer.name("problems")
    writer.beginArray()
    for problem in problems { writer.string(problem) }
    writer.endArray()
    if let configuration { write(configuration, to: &writer) }
    if let credentials { write(credentials, to: &writer) }
    if let call {
      writer.name("call")
      writer.beginObject()
      writer.member("operation", "ListSessions")
      writer.member("workGroup", call.workGroup)
      writer.member("ok", call.isOK)
      writer.endObject()
    }
    writer.endObject()
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  private func write(_ configuration: AWSConfiguration, to writer: inout JSONWriter) {
    writer.name("region")
    writer.beginObject()
    writer.member("value", configuration.region.value.name)
    writer.member("source", configuration.region.source)
    writer.endObject()
    writer.name("endpoints")
    writer.beginObject()
    for (service, endpoint, sources) in endpoints {
      writer.name(service.name.lowercased())
      writer.beginObject()
      writer.member("url", endpoint.description)
      writer.name("sources")
      writer.beginArray()
      for source in sources { writer.string(source) }
      writer.endArray()
      writer.endObject()
    }
    writer.endObject()
    writer.name("proxies")
    writer.beginArray()
    for (scheme, setting) in proxies {
      writer.beginObject()
      writer.member("scheme", scheme)
      writer.member("url", setting.proxy.description)
      writer.member("source", setting.variable)
      writer.endObject()
    }
    writer.endArray()
    guard let authorities = configuration.settings.authorities else { return }
    writer.name("authorities")
    writer.beginObject()
    writer.member("file", authorities.value)
    writer.member("source", authorities.source)
    writer.endObject()
  }

  private func write(_ found: ResolvedCredentials, to writer: inout JSONWriter) {
    writer.name("credentials")
    writer.beginObject()
    writer.member("origin", found.origin)
    writer.member("accessKeyId", found.credentials.maskedKeyID)
    writer.member("expiration", found.expirationText)
    writer.member("accountId", found.accountID)
    writer.endObject()
  }
}
