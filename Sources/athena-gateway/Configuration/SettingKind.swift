import JSON

/// What a configuration file may have for a setting.
enum SettingKind {
  case string
  case numberOrString
  case boolean
  case arrayOfStrings

  /// The rest of a sentence about a value of another kind.
  func fault(in value: JSONValue) -> String? {
    switch (self, value) {
    case (.string, .string), (.numberOrString, .string), (.numberOrString, .number),
      (.boolean, .bool):
      nil
    case (.string, _): "must be a string, not \(value.kind)"
    case (.numberOrString, _): "must be a number or a string, not \(value.kind)"
    case (.boolean, _): "must be true or false, not \(value.kind)"
    case (.arrayOfStrings, .array(let elements)):
      elements.first { $0.asString == nil }.map {
        "must be an array of strings, without \($0.kind)"
      }
    case (.arrayOfStrings, _): "must be an array of strings, not \(value.kind)"
    }
  }
}
