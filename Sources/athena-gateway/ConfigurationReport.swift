import JSON

/// What `config` prints.
struct ConfigurationReport {
  let settings: [FoundSetting]
  let problems: [String]

  var isOK: Bool { problems.isEmpty }

  /// A line for each setting, then one for each problem.
  var text: String {
    let rows =
      settings.map { ($0.name, $0.value.text, $0.origin) }
      + problems.map { ("PROBLEM", $0, "") }
    let names = 2 + (rows.map(\.0.count).max() ?? 0)
    // The few that are longer may stand out.
    let values = 2 + min(32, settings.map(\.value.text.count).max() ?? 0)
    return rows.map { name, value, origin in
      let line = name.padded(to: names) + value.printable
      return origin.isEmpty ? line : line.padded(to: names + values) + origin.printable
    }.joined(separator: "\n")
  }

  /// The object that `config --help` describes; members are added, not changed.
  var json: String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("ok", isOK)
    writer.member("problems", problems)
    writer.name("settings")
    writer.beginObject()
    for setting in settings {
      writer.name(setting.name)
      writer.beginObject()
      writer.member("value", setting.value.json)
      writer.member("source", setting.place)
      writer.endObject()
    }
    writer.endObject()
    writer.endObject()
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}

extension FoundSetting {
  /// What has set it; nil for nobody.
  fileprivate var place: String? {
    source == .standard ? nil : source.label(of: name)
  }

  /// The same for people, with what holds where nobody has.
  fileprivate var origin: String {
    if let place { return place }
    guard case .unset(let words) = value, !words.isEmpty else { return "default" }
    return "default: \(words)"
  }
}

extension FoundSetting.Value {
  fileprivate var text: String {
    switch self {
    case .text(let text): text
    case .list(let texts): texts.joined(separator: ", ")
    case .switch(let isOn): "\(isOn)"
    case .faulty: "(can't be used)"
    case .unset: "-"
    }
  }

  fileprivate var json: JSONValue {
    switch self {
    case .text(let text): .string(text)
    case .list(let texts): .array(texts.map { .string($0) })
    case .switch(let isOn): .bool(isOn)
    case .faulty, .unset: .null
    }
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(1, width - count))
  }
}
