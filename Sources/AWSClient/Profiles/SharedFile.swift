/// One of the files that AWS's tools share, `~/.aws/config` or `~/.aws/credentials`: its sections, as
/// botocore reads them (botocore/configloader.py, on Python's `configparser.RawConfigParser`).
struct SharedFile: Equatable {
  struct Section: Equatable {
    let name: String
    var settings: Settings
  }

  /// In the order of the file; no name twice.
  let sections: [Section]

  static let empty = SharedFile(sections: [])

  private init(sections: [Section]) {
    self.sections = sections
  }

  init(parsing bytes: [UInt8]) throws(SharedFileParser.Problem) {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw SharedFileParser.Problem(line: nil, reason: "it is not UTF-8")
    }
    self.init(sections: try SharedFileParser.sections(of: text))
  }

  /// The settings under exactly this heading.
  subscript(heading: String) -> Settings? {
    sections.first { $0.name == heading }?.settings
  }

  /// The settings of the headings `[kind name]`, by name; of two that give the same name, the later.
  ///
  /// What a heading begins with is enough, and the name can be quoted: botocore splits `profile "a b"`
  /// as a shell would.
  func named(_ kind: String) -> [String: Settings] {
    var found: [String: Settings] = [:]
    for section in sections {
      if kind == "profile", section.name == "default" {
        found["default"] = section.settings
      } else if section.name.hasPrefix(kind), let words = shellWords(section.name),
        words.count == 2
      {
        found[words[1]] = section.settings
      }
    }
    return found
  }
}

/// What stands under one heading.
public struct Settings: Sendable, Equatable {
  enum Value: Equatable {
    case text(String)
    /// Indented lines below a name without a value, as in `s3 =`.
    case nested([String: String])
  }

  private(set) var values: [String: Value]

  init(_ values: [String: Value] = [:]) {
    self.values = values
  }

  /// The value of a setting, named in lower case; nil where it is not set. An empty one is set.
  public subscript(name: String) -> String? {
    guard case .text(let value) = values[name] else { return nil }
    return value
  }

  /// Whether it is set at all, be it to nothing or to indented lines.
  public func has(_ name: String) -> Bool { values[name] != nil }

  /// The value of a setting within another, as `endpoint_url` is in a `[services …]` section's `athena`.
  public subscript(group: String, name: String) -> String? {
    guard case .nested(let values) = values[group] else { return nil }
    return values[name]
  }

  /// These settings, with those of `other` over them.
  func overlaid(by other: Settings) -> Settings {
    Settings(values.merging(other.values) { $1 })
  }
}

// There are secrets among the values.
extension Settings: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "Settings(\(values.keys.sorted().joined(separator: ", ")))" }

  public var debugDescription: String { description }

  /// For `dump(_:)` and for everything that prints what it finds in here.
  public var customMirror: Mirror { Mirror(self, children: ["names": values.keys.sorted()]) }
}
