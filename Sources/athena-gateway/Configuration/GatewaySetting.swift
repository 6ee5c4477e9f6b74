import ArgumentParser

/// What can be set about the gateway, declared once: the name of its flag, its variable and its member of the
/// configuration file, what it may be, and what it is where nobody sets it.
///
/// `--max-head`, `ATHENA_GATEWAY_MAX_HEAD` and `"max-head"` are one setting. A declaration stands where
/// ArgumentParser looks for options, and is handed to a ``SettingsReader`` with what the flag said.
struct GatewaySetting<Value: Sendable>: Sendable {
  let name: String
  /// What it is where nobody sets it.
  let standard: Value
  /// The same for people; empty where nothing holds.
  let standardText: String
  let isNumeric: Bool
  /// Throws the rest of a sentence that begins with the setting's name.
  let read: @Sendable (String) throws -> Value
  /// As ``read`` takes it again, but for secrets.
  let show: @Sendable (Value) -> String
  /// What the flag said; nil where it wasn't given.
  private(set) var given: String?
  fileprivate let isOptional: Bool
  fileprivate let noun: String
  fileprivate let text: String

  /// What it is where nobody sets it, for a list of settings.
  var shownStandard: FoundSetting.Value {
    isOptional ? .unset(standardText) : .text(standardText)
  }

  fileprivate func given(_ text: String) -> Self {
    var setting = self
    setting.given = text
    return setting
  }

  fileprivate var help: ArgumentHelp {
    let standard = standardText.isEmpty ? "" : " (default: \(standardText))"
    return ArgumentHelp(text + standard, valueName: noun)
  }
}

extension GatewaySetting where Value: SettingValue {
  /// - Parameters:
  ///   - noun: What help calls the value.
  ///   - text: What help says of it.
  ///   - check: Throws where a value can't be used.
  init(
    _ name: String, as noun: String = Value.noun, _ text: String, default standard: Value,
    checking check: @escaping @Sendable (Value) throws -> Void = { _ in }
  ) {
    self.init(
      name: name, standard: standard, standardText: "\(standard)", isNumeric: Value.isNumeric,
      read: { text in
        let value = try Value(parsing: text)
        try check(value)
        return value
      }, show: { "\($0)" }, isOptional: false, noun: noun, text: text)
  }
}

extension GatewaySetting where Value: SettingValue & Comparable {
  /// One with a smallest and a largest value.
  init(_ name: String, _ text: String, default standard: Value, in range: ClosedRange<Value>) {
    self.init(name, text, default: standard, checking: { try range.check($0) })
  }
}

extension GatewaySetting {
  /// One that may be left unset.
  ///
  /// - Parameter words: What holds then; empty where nothing does.
  init<Some: SettingValue>(
    _ name: String, as noun: String = Some.noun, _ text: String, default words: String = "",
    checking check: @escaping @Sendable (Some) throws -> Void = { _ in }
  ) where Value == Some? {
    self.init(
      name: name, standard: nil, standardText: words, isNumeric: Some.isNumeric,
      read: { text in
        let value = try Some(parsing: text)
        try check(value)
        return value
      }, show: { value in value.map { "\($0)" } ?? "" }, isOptional: true, noun: noun, text: text)
  }
}

extension ClosedRange where Bound: CustomStringConvertible {
  /// Throws for a value that is out of it.
  func check(_ value: Bound) throws {
    guard !contains(value) else { return }
    throw SettingsError(description: "\(value) is not from \(lowerBound) to \(upperBound)")
  }
}

extension Option {
  /// The flag of a setting.
  init<T: Sendable>(_ setting: GatewaySetting<T>) where Value == GatewaySetting<T> {
    self.init(
      wrappedValue: setting, name: .customLong(setting.name), help: setting.help,
      transform: { setting.given($0) })
  }

  /// The flag of a setting that can be given several times. Where it isn't given there is the declaration
  /// alone.
  init<T: Sendable>(list setting: GatewaySetting<T?>) where Value == [GatewaySetting<T?>] {
    self.init(
      wrappedValue: [setting], name: .customLong(setting.name), help: setting.help,
      transform: { setting.given($0) })
  }
}
