import Configuration

/// What is wrong with settings beside the text of one.
extension SettingsReader {
  /// What messages call a setting: by where it was found.
  func label(_ name: String) -> String {
    (found(name)?.source ?? .standard).label(of: name)
  }

  private func found(_ name: String) -> FoundSetting? { found.first { $0.name == name } }

  /// Whether somebody has set it.
  func isSet<Value>(_ setting: GatewaySetting<Value>) -> Bool {
    found(setting.name).map { $0.source != .standard } ?? false
  }

  /// Notes what is wrong with a value that could be read.
  mutating func fault<Value>(_ setting: GatewaySetting<Value>, _ text: String) {
    problems.add("\(label(setting.name)): \(text)")
  }

  /// Notes a value that doesn't fit into the one that it is part of.
  ///
  /// - Parameter fits: Whether the first is small enough for the second.
  mutating func check<Value: CustomStringConvertible>(
    _ part: (setting: GatewaySetting<Value>, value: Value),
    isPartOf whole: (setting: GatewaySetting<Value>, value: Value), _ fits: (Value, Value) -> Bool
  ) {
    guard !fits(part.value, whole.value) else { return }
    let isDefault = [part.setting.name, whole.setting.name].map {
      found($0)?.source == .standard
    }
    func name(_ value: Value, _ isDefault: Bool) -> String {
      "\(value)\(isDefault ? " (the default)" : "")"
    }
    fault(
      part.setting,
      "\(name(part.value, isDefault[0])) is too much for \(label(whole.setting.name)), "
        + "\(name(whole.value, isDefault[1])), which it is part of"
        + (isDefault.contains(true) ? "; give both" : ""))
  }

  /// Notes what is set and is no setting. To be called once, after the last question.
  mutating func refuseUnknownNames() {
    let names = found.map(\.name)
    let known = Set(names.map(SettingSource.variable))
    for (variable, value) in variables.sorted(by: { $0.key < $1.key })
    where !known.contains(variable) && !Self.isOfKubernetes(variable, value) {
      problems.add(
        "\(variable): there is no such setting" + Self.advice(variable, known.sorted()))
    }
    // The file that names itself, or another one.
    let members = names.dropFirst()
    for name in file.names where !members.contains(name) {
      problems.add(
        "\(SettingSource.file(file.path).label(of: name)): there is no such setting"
          + Self.advice(name, members.sorted()))
    }
  }

  private static func advice(_ name: String, _ names: [String]) -> String {
    guard let nearest = name.nearest(of: names) else {
      return "; 'athena-gateway serve --help' has all of them"
    }
    return "; did you mean \(nearest)?"
  }

  /// Kubernetes gives each container such variables for each service of its namespace, the gateway's own
  /// among them.
  private static func isOfKubernetes(_ variable: String, _ value: String) -> Bool {
    variable.hasSuffix("_SERVICE_HOST") || variable.contains("_SERVICE_PORT")
      || (variable.contains("_PORT_") || variable.hasSuffix("_PORT"))
        && ["tcp://", "udp://", "sctp://"].contains(where: value.hasPrefix)
      || variable.contains(/_PORT_[0-9]+_(TCP|UDP|SCTP)_(PROTO|PORT|ADDR)$/)
  }
}

extension String {
  /// The one of the texts that this was probably meant to be, if there is any.
  fileprivate func nearest(of texts: [String]) -> String? {
    let nearest = texts.map { (text: $0, distance: distance(to: $0)) }.min {
      $0.distance < $1.distance
    }
    guard let nearest, nearest.distance <= max(2, utf8.count / 4) else { return nil }
    return nearest.text
  }

  /// How many characters must be added, taken away or changed to get the other one, upper or lower case and a
  /// dash or an underscore being the same (Levenshtein's distance).
  private func distance(to other: String) -> Int {
    let from = Self.folded(self)
    let to = Self.folded(other)
    var row = Array(0...to.count)
    for (index, character) in from.enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for column in to.indices {
        let changed = diagonal + (character == to[column] ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = Swift.min(changed, row[column] + 1, diagonal + 1)
      }
    }
    return row[to.count]
  }

  private static func folded(_ text: String) -> [UInt8] {
    text.lowercased().utf8.prefix(100).map { $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : $0 }
  }
}
