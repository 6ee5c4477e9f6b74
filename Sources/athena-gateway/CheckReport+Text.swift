import AWSClient
import HTTPClient
import JSON

extension CheckReport {
  /// A line for each thing that was found, then one for each problem.
  var text: String {
    var rows: [(name: String, value: String)] = []
    if let configuration {
      rows.append(("region", "\(configuration.region.value) (\(configuration.region.source))"))
      for (service, endpoint, sources) in endpoints {
        let cause = sources.isEmpty ? "the region's own" : sources.joined(separator: ", ")
        rows.append((service.name, "\(endpoint) (\(cause))"))
      }
      for (scheme, setting) in proxies {
        rows.append(("proxy", "\(setting.proxy) (\(setting.variable)), for \(scheme)"))
      }
      if let authorities = configuration.settings.authorities {
        rows.append(("authorities", "\(authorities.value) (\(authorities.source))"))
      }
    }
    if let credentials { rows.append(("credentials", credentials.summary)) }
    if let call {
      let outcome = call.isOK ? "works" : "failed"
      rows.append(("call", "ListSessions of the workgroup \(call.workGroup) \(outcome)"))
    }
    rows += problems.map { ("PROBLEM", $0) }
    return rows.map { name, value in
      name + String(repeating: " ", count: max(1, 13 - name.count)) + value.printable
    }.joined(separator: "\n")
  }
}
