import Gateway
import HTTPMessage
import HTTPServer

/// What a setting can be: read from a text, and written as one that is read the same.
protocol SettingValue: Sendable, CustomStringConvertible {
  /// What help calls it, as in `--max-head <size>`.
  static var noun: String { get }
  /// Whether a file of JSON may have a number for it.
  static var isNumeric: Bool { get }

  /// Throws the rest of a sentence that begins with the setting's name.
  init(parsing text: String) throws
}

extension SettingValue {
  static var isNumeric: Bool { false }
}

extension String: SettingValue {
  static let noun = "text"

  init(parsing text: String) { self = text }
}

extension Int: SettingValue {
  static let noun = "number"
  static let isNumeric = true

  init(parsing text: String) throws {
    guard let number = Int(text) else {
      throw SettingsError(description: "\(text.quoted) is no whole number")
    }
    self = number
  }
}

extension ListenAddress: SettingValue {
  static let noun = "address"
}

extension BasePath: SettingValue {
  static let noun = "path"

  init(parsing text: String) throws {
    guard let path = BasePath(text) else {
      throw SettingsError(
        description:
          "\(text.quoted) is not a path of letters, digits and -._~ that begins with a slash and "
          + "doesn't end in one, as in /athena")
    }
    self = path
  }
}

/// A URL. Whoever prints it prints no password.
struct URLText: SettingValue {
  static let noun = "url"

  let text: String

  init(parsing text: String) { self.text = text }

  var description: String { MaskedURL(text).description }
}

extension String {
  /// A text from outside in a message.
  var quoted: String { "'\(prefix(100))'" }
}
