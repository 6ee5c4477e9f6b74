/// One of the files that AWS's tools share, `~/.aws/config` or `~/.aws/credentials`: its sections, as
/// botocore reads them (botocore/configloader.py, on Python's `configparser.RawConfigParser`).
struct SharedFile: Equatable {
  /// In the order of the file; no name twice. `[DEFAULT]` is none of them.
  let headings: [String]

  /// What stands under each heading itself.
  private let sections: [String: Settings]
  /// What `[DEFAULT]` puts under all of them. Looked up where it is asked for: copied into every section
  /// a file of 1 MiB could be gigabytes.
  private let defaults: Settings

  static let empty = SharedFile([], defaults: Settings())

  init(_ sections: [(heading: String, settings: Settings)], defaults: Settings) {
    headings = sections.map(\.heading)
    self.sections = Dictionary(uniqueKeysWithValues: sections.map { ($0, $1) })
    self.defaults = defaults
  }

  init(parsing bytes: [UInt8]) throws(SharedFileParser.Problem) {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw SharedFileParser.Problem(line: nil, reason: "it is not UTF-8")
    }
    self = try SharedFileParser.file(of: text)
  }

  /// The settings under exactly this heading.
  subscript(heading: String) -> Settings? {
    sections[heading].map(defaults.overlaid)
  }

  /// The settings of the headings `[kind name]`, by name; of two that give the same name, the later.
  ///
  /// What a heading begins with is enough, and the name can be quoted: botocore splits `profile "a b"`
  /// as a shell would.
  func named(_ kind: String) -> [String: Settings] {
    var found: [String: Settings] = [:]
    for heading in headings {
      if kind == "profile", heading == "default" {
        found["default"] = self[heading]
      } else if heading.hasPrefix(kind), let words = shellWords(heading), words.count == 2 {
        found[words[1]] = self[heading]
      }
    }
    return found
  }
}

/// What stands under one heading.
public struct Settings: Sendable {
  enum Value: Equatable {
    case text(String)
    /// Indented lines below a name without a value, as in `s3 =`.
    case nested([String: String])
  }

  /// Each stands over those that follow it.
  private let layers: [[String: Value]]

  init(_ values: [String: Value] = [:]) {
    layers = [values]
  }

  private init(layers: [[String: Value]]) {
    self.layers = layers
  }

  /// All that is set.
  var values: [String: Value] {
    layers.reduce(into: [:]) { values, layer in values.merge(layer) { upper, _ in upper } }
  }

  private func value(_ name: String) -> Value? {
    for layer in layers {
      if let value = layer[name] { return value }
    }
    return nil
  }

  /// The value of a setting, named in lower case; nil where it is not set. An empty one is set.
  public subscript(name: String) -> String? {
    guard case .text(let value) = value(name) else { return nil }
    return value
  }

  /// Whether it is set at all, be it to nothing or to indented lines.
  public func has(_ name: String) -> Bool { value(name) != nil }

  /// The value of a setting within another, as `endpoint_url` is in a `[services …]` section's `athena`.
  public subscript(group: String, name: String) -> String? {
    guard case .nested(let values) = value(group) else { return nil }
    return values[name]
  }

  /// These settings, with those of `other` over them.
  func overlaid(by other: Settings) -> Settings {
    Settings(layers: other.layers + layers)
  }
}

extension Settings: Equatable {
  public static func == (one: Settings, other: Settings) -> Bool { one.values == other.values }
}

// There are secrets among the values.
extension Settings: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "Settings(\(values.keys.sorted().joined(separator: ", ")))" }

  public var debugDescription: String { description }

  /// For `dump(_:)` and for everything that prints what it finds in here.
  public var customMirror: Mirror { Mirror(self, children: ["names": values.keys.sorted()]) }
}
