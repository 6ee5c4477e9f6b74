import AWSClient
import HTTPClient
import JSON

extension CheckReport {
  /// A line for each thing that was found, then one for each problem.
  var text: String {
    var rows = [
      (
        name: "profile",
        value:
          "\(files.profile), of \(files.config.description) and \(files.credentials.description)"
      )
    ]
    if let configuration {
      rows.append(("region", "\(configuration.region.value) (\(configuration.region.source))"))
      for row in endpoints {
        let cause = row.sources.isEmpty ? "the region's own" : row.sources.joined(separator: ", ")
        let way = row.proxy.map { "by the proxy \($0.proxy) (\($0.variable))" } ?? "direct"
        rows.append((row.service.name, "\(row.endpoint) (\(cause)), \(way)"))
      }
      for (scheme, setting) in proxies {
        rows.append(("proxy", "\(setting.proxy) (\(setting.variable)), for \(scheme)"))
      }
      if let authorities = configuration.settings.authorities {
        rows.append(("authorities", "\(authorities.value) (\(authorities.source))"))
      }
    }
    if let credentials { rows.append(("credentials", credentials.summary)) }
    if let base { rows.append(("assumed by", base)) }
    if let call {
      let outcome = call.isOK ? "works" : "failed"
      rows.append(("call", "ListSessions of the workgroup \(call.workGroup) \(outcome)"))
    }
    rows += notes.map { ("note", $0) }
    rows += problems.map { ("PROBLEM", $0) }
    if let advice = call?.advice { rows.append(("advice", advice)) }
    return rows.map { name, value in
      name + String(repeating: " ", count: max(1, 13 - name.count)) + value.printable
    }.joined(separator: "\n")
  }
}
