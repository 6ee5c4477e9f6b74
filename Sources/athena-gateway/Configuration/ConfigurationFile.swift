import AWSClient
import Configuration
import JSON

/// The configuration file: one JSON object, with a member for each setting.
struct ConfigurationFile {
  /// As it was named; empty where there is none.
  let path: String
  private let object: JSONObject

  static let none = ConfigurationFile(path: "", object: JSONObject())

  /// - Parameter label: What messages call the setting that names it.
  init(reading path: String, label: String) throws(SettingsError) {
    let file: LocalFile
    do throws(LocalFile.Failure) {
      file = try LocalFile(reading: path)
    } catch {
      throw SettingsError(description: "\(label): \(path.quoted) \(error.reason)")
    }
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue(parsing: file.bytes)
    } catch {
      let line = file.bytes.prefix(error.offset).count { $0 == UInt8(ascii: "\n") } + 1
      throw SettingsError(description: "\(path), line \(line): \(error)")
    }
    guard let object = value.asObject else {
      throw SettingsError(
        description:
          "\(path): it must be an object, as in {\"listen\": \"127.0.0.1:8080\"}, not \(value.kind)"
      )
    }
    self.init(path: path, object: object)
  }

  private init(path: String, object: JSONObject) {
    self.path = path
    self.object = object
  }

  var names: [String] { object.members.map(\.name) }

  subscript(name: String) -> JSONValue? { object[name] }

  /// Its values as texts, which is what flags and variables are. What no setting can be is left out:
  /// ``SettingKind`` has refused it.
  var values: [AbsoluteConfigKey: ConfigValue] {
    var values: [AbsoluteConfigKey: ConfigValue] = [:]
    for member in object.members {
      values[SettingSource.key(member.name)] = ConfigContent(member.value).map {
        ConfigValue($0, isSecret: true)
      }
    }
    return values
  }
}

extension ConfigContent {
  fileprivate init?(_ value: JSONValue) {
    switch value {
    case .string(let text): self = .string(text)
    case .number(let number): self = .string(number.int.map { "\($0)" } ?? number.text)
    case .bool(let bool): self = .string("\(bool)")
    case .array(let elements):
      let texts = elements.compactMap(\.asString)
      guard texts.count == elements.count else { return nil }
      self = .stringArray(texts)
    case .null, .object: return nil
    }
  }
}
