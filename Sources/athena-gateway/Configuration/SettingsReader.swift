import AWSClient
import Configuration

/// Reads settings where they may be set: by a flag, by a variable, in the configuration file, in that order. Each
/// is asked for once; what is wrong is noted, all of it, and each fault names where it stands.
struct SettingsReader {
  var problems = Problems()
  /// In the order in which the settings were asked for.
  private(set) var found: [FoundSetting] = []
  let file: ConfigurationFile
  /// The variables that are the gateway's.
  let variables: [String: String]
  private let flags = MutableInMemoryProvider(name: "flags", initialValues: [:])
  private let configuration: ConfigReader
  private let access = LastAccess()

  /// Throws where the file can't be used: of what it sets nothing is known then.
  ///
  /// - Parameter file: Which file to read. No file can name another.
  init(
    _ file: GatewaySetting<String?>, environment: [String: String]
  ) throws(SettingsError) {
    // An empty variable is an unset one.
    variables = environment.filter {
      $0.key.hasPrefix(SettingSource.variablePrefix) && !$0.value.isEmpty
    }
    let path = file.given ?? variables[SettingSource.variable(file.name)]
    let source: SettingSource =
      path == nil ? .standard : file.given == nil ? .variable : .flag
    self.file =
      if let path {
        try ConfigurationFile(reading: path, label: source.label(of: file.name))
      } else {
        ConfigurationFile.none
      }
    found = [FoundSetting(file.name, path.map { .text($0) } ?? .unset(""), source)]
    // The library has a log of accesses, which a variable of its own asks for: it gets no values, since all are
    // asked for as secrets.
    configuration = ConfigReader(
      providers: [
        flags,
        EnvironmentVariablesProvider(environmentVariables: variables),
        InMemoryProvider(name: "file", values: self.file.values),
      ], accessReporter: access
    ).scoped(to: SettingSource.scope)
  }

  /// The setting's value. Its default, with the fault noted, where what was set can't be used.
  mutating func value<Value>(_ setting: GatewaySetting<Value>) -> Value {
    let kind: SettingKind = setting.isNumeric ? .numberOrString : .string
    guard checkFile(setting.name, kind) else { return setting.standard }
    give(setting.given.map { .string($0) }, to: setting.name)
    guard let text = configuration.string(forKey: [setting.name], isSecret: true) else {
      note(setting.name, setting.shownStandard, .standard)
      return setting.standard
    }
    do {
      let value = try setting.read(text)
      note(setting.name, .text(setting.show(value)), source)
      return value
    } catch {
      note(setting.name, [error])
      return setting.standard
    }
  }

  /// Whether a switch is on; `flag` is whether the command line has it.
  mutating func isOn(_ name: String, flag: Bool) -> Bool {
    guard checkFile(name, .boolean) else { return false }
    give(flag ? .string("true") : nil, to: name)
    guard let text = configuration.string(forKey: [name], isSecret: true) else {
      note(name, .switch(false), .standard)
      return false
    }
    guard let value = Bool(text) else {
      note(name, [SettingsError(description: "\(text.quoted) is neither true nor false")])
      return false
    }
    note(name, .switch(value), source)
    return value
  }

  /// All values of a setting that can have several; none, with each fault noted, where some can't be used.
  mutating func list<Value>(_ settings: [GatewaySetting<Value?>]) -> [Value] {
    guard let setting = settings.first, checkFile(setting.name, .arrayOfStrings) else { return [] }
    let given = settings.compactMap(\.given)
    give(given.isEmpty ? nil : .stringArray(given), to: setting.name)
    guard let texts = configuration.stringArray(forKey: [setting.name], isSecret: true) else {
      note(setting.name, setting.shownStandard, .standard)
      return []
    }
    let results = texts.map { text in Result { try setting.read(text) } }
    let values = results.compactMap { try? $0.get() }
    guard values.count == texts.count else {
      note(setting.name, results.compactMap(\.failure))
      return []
    }
    note(setting.name, .list(values.map(setting.show)), source)
    return values.compactMap { $0 }
  }

  /// A text with what messages call its place; nil where nobody has set it.
  mutating func sourced<Value>(_ setting: GatewaySetting<Value?>) -> Setting<Value>? {
    value(setting).map { Setting($0, from: label(setting.name)) }
  }

  // MARK: What was found

  /// Where the last value came from. The first source that has one is the last that is asked.
  private var source: SettingSource {
    [.flag, .variable, .file(file.path)][access.providersAsked - 1]
  }

  private func give(_ content: ConfigContent?, to name: String) {
    flags.setValue(
      content.map { ConfigValue($0, isSecret: true) }, forKey: SettingSource.key(name))
  }

  /// Whether the file has nothing for a setting, or what one of that kind can be. A fault is noted, even one
  /// that a flag would outrank.
  private mutating func checkFile(_ name: String, _ kind: SettingKind) -> Bool {
    guard let value = file[name], let fault = kind.fault(in: value) else { return true }
    note(name, .faulty, .file(file.path))
    problems.add("\(label(name)): \(fault)")
    return false
  }

  private mutating func note(_ name: String, _ value: FoundSetting.Value, _ source: SettingSource) {
    found.append(FoundSetting(name, value, source))
  }

  private mutating func note(_ name: String, _ errors: [any Error]) {
    found.append(FoundSetting(name, .faulty, source))
    for error in errors { problems.add("\(label(name)): \(error)") }
  }
}

extension Result {
  fileprivate var failure: Failure? {
    if case .failure(let error) = self { error } else { nil }
  }
}

/// A setting, as it was found.
struct FoundSetting {
  enum Value {
    case text(String)
    case list([String])
    case `switch`(Bool)
    /// The problems say why.
    case faulty
    /// Nobody has set it; with what holds then, in words.
    case unset(String)
  }

  let name: String
  let value: Value
  let source: SettingSource

  init(_ name: String, _ value: Value, _ source: SettingSource) {
    self.name = name
    self.value = value
    self.source = source
  }
}
