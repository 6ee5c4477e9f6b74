import AWSClient
import HTTPClient
import JSON

extension CheckReport {
  /// The object that `check --help` describes; members are added, not changed.
  var json: String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("ok", isOK)
    writer.member("problems", problems)
    writer.member("notes", notes)
    writeProfile(to: &writer)
    if let configuration { write(configuration, to: &writer) }
    if let credentials { write(credentials, to: &writer) }
    if let call {
      writer.name("call")
      writer.beginObject()
      writer.member("operation", "ListSessions")
      writer.member("workGroup", call.workGroup)
      writer.member("ok", call.isOK)
      writer.member("advice", call.advice)
      writer.endObject()
    }
    writer.endObject()
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  private func writeProfile(to writer: inout JSONWriter) {
    writer.name("profile")
    writer.beginObject()
    writer.member("name", files.profile)
    for (name, file) in [("config", files.config), ("credentials", files.credentials)] {
      writer.name(name)
      writer.beginObject()
      writer.member("file", file.path)
      writer.member("absence", file.absence)
      writer.endObject()
    }
    writer.endObject()
  }

  private func write(_ configuration: AWSConfiguration, to writer: inout JSONWriter) {
    writer.name("region")
    writer.beginObject()
    writer.member("value", configuration.region.value.name)
    writer.member("source", configuration.region.source)
    writer.endObject()
    writer.name("endpoints")
    writer.beginObject()
    for row in endpoints {
      writer.name(row.service.name.lowercased())
      writer.beginObject()
      writer.member("url", row.endpoint.description)
      writer.member("sources", row.sources)
      writer.member("proxy", row.proxy?.proxy.description)
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
