/// Reads the lines of a shared file by the rules of Python's `configparser.RawConfigParser`, and nested
/// settings by botocore's.
///
/// No message quotes a line: there may be a secret in it.
struct SharedFileParser {
  struct Problem: Error, Equatable {
    /// Counted from 1; nil where it is about the whole file.
    let line: Int?
    let reason: String
  }

  /// A setting, while lines can still be added to its value.
  private struct Setting {
    let name: String
    let line: Int
    var lines: [String]
  }

  private struct Heading {
    let name: String
    let line: Int
    private(set) var settings: [Setting] = []
    /// The line of each setting, by its name.
    private(set) var lines: [String: Int] = [:]

    mutating func add(_ setting: Setting) {
      settings.append(setting)
      lines[setting.name] = setting.line
    }

    /// Goes on with the value of the last setting.
    mutating func add(line: String) {
      settings[settings.endIndex - 1].lines.append(line)
    }
  }

  /// `[DEFAULT]`: its settings stand in every section that doesn't have them.
  private static let defaults = "DEFAULT"

  private var headings: [Heading] = []
  /// The index of each heading, by its name.
  private var indices: [String: Int] = [:]
  /// Of the heading that lines belong to; nil before the first.
  private var current: Int?
  /// Whether a more indented line goes on with the last setting.
  private var isInSetting = false
  private var indentation = 0

  static func file(of text: String) throws(Problem) -> SharedFile {
    guard text.unicodeScalars.first != "\u{FEFF}" else {
      throw Problem(line: 1, reason: "it begins with a byte order mark: save the file without one")
    }
    var parser = SharedFileParser()
    for (index, line) in text.unicodeScalars.textLines.enumerated() {
      try parser.take(line, number: index + 1)
    }
    return try parser.file()
  }

  // MARK: Lines

  private mutating func take(_ line: Substring.UnicodeScalarView, number: Int) throws(Problem) {
    let content = line.trimmed
    guard let first = content.first else { return takeBlank() }
    guard first != "#", first != ";" else { return }
    let indent = line.prefix { $0.isPythonSpace }.count
    if let current, isInSetting, indent > indentation {
      return headings[current].add(line: String(content))
    }
    indentation = indent
    if let name = Self.heading(content) { return try open(name, number) }
    guard let current else {
      throw Problem(
        line: number, reason: "it is before any heading, such as [default] or [profile name]")
    }
    try take(setting: content, number, under: current)
  }

  /// An empty line is a part of the value that may go on after it.
  private mutating func takeBlank() {
    guard let current, isInSetting else { return }
    headings[current].add(line: "")
  }

  /// What is between the first bracket and the last; what follows that is ignored, as in a comment.
  private static func heading(_ content: Substring.UnicodeScalarView) -> String? {
    guard content.first == "[", let end = content.lastIndex(of: "]") else { return nil }
    let name = content[content.index(after: content.startIndex)..<end]
    return name.isEmpty ? nil : String(name)
  }

  private mutating func open(_ name: String, _ number: Int) throws(Problem) {
    isInSetting = false
    if let index = indices[name] {
      guard name == Self.defaults else {
        throw Problem(
          line: number,
          reason: "[\(name)] is a heading of line \(headings[index].line) already: join the two")
      }
      current = index
    } else {
      current = headings.endIndex
      indices[name] = headings.endIndex
      headings.append(Heading(name: name, line: number))
    }
  }

  private mutating func take(
    setting content: Substring.UnicodeScalarView, _ number: Int, under heading: Int
  ) throws(Problem) {
    guard let delimiter = content.firstIndex(where: { $0 == "=" || $0 == ":" }) else {
      throw Problem(line: number, reason: "it is neither a heading nor a setting, name = value")
    }
    let name = String(content[..<delimiter].trimmed).lowercased()
    guard !name.isEmpty else {
      throw Problem(line: number, reason: "it has no name before its \(content[delimiter])")
    }
    if let earlier = headings[heading].lines[name] {
      throw Problem(
        line: number, reason: "it sets again what line \(earlier) sets: remove one of them")
    }
    let value = String(content[content.index(after: delimiter)...].trimmed)
    headings[heading].add(Setting(name: name, line: number, lines: [value]))
    isInSetting = true
  }

  // MARK: Values

  private func file() throws(Problem) -> SharedFile {
    let others = headings.filter { $0.name != Self.defaults }
    var sections: [(heading: String, settings: Settings)] = []
    for heading in others {
      sections.append((heading.name, try settings(of: heading.settings)))
    }
    // One that every section sets itself is asked for by none, and may be wrong.
    let defaults = (indices[Self.defaults].map { headings[$0].settings } ?? []).filter { setting in
      others.contains { $0.lines[setting.name] == nil }
    }
    return SharedFile(sections, defaults: try settings(of: defaults))
  }

  private func settings(of settings: [Setting]) throws(Problem) -> Settings {
    var values: [String: Settings.Value] = [:]
    for setting in settings {
      let text = setting.lines.joined(separator: "\n").unicodeScalars[...].trimmedAtEnd
      values[setting.name] =
        text.first == "\n" ? .nested(try nested(text, setting.line)) : .text(String(text))
    }
    return Settings(values)
  }

  private func nested(
    _ text: Substring.UnicodeScalarView, _ number: Int
  ) throws(Problem) -> [String: String] {
    var values: [String: String] = [:]
    for line in text.split(whereSeparator: \.isPythonLineBreak).map(\.trimmed) where !line.isEmpty {
      guard let delimiter = line.firstIndex(of: "=") else {
        throw Problem(
          line: number, reason: "an indented line that follows it is no setting, name = value")
      }
      values[String(line[..<delimiter].trimmed)] =
        String(line[line.index(after: delimiter)...].trimmed)
    }
    return values
  }
}

extension String.UnicodeScalarView {
  /// The lines, without what ends them: LF, CR LF or CR, as Python opens a text.
  fileprivate var textLines: [Substring.UnicodeScalarView] {
    var lines: [Substring.UnicodeScalarView] = []
    var rest = self[...]
    while let end = rest.firstIndex(where: { $0 == "\n" || $0 == "\r" }) {
      lines.append(rest[..<end])
      let isPair = rest[end] == "\r" && rest[rest.index(after: end)...].first == "\n"
      rest = rest[rest.index(end, offsetBy: isPair ? 2 : 1)...]
    }
    lines.append(rest)
    return lines
  }
}

extension Substring.UnicodeScalarView {
  fileprivate var trimmed: Self { drop { $0.isPythonSpace }.trimmedAtEnd }

  fileprivate var trimmedAtEnd: Self {
    guard let last = lastIndex(where: { !$0.isPythonSpace }) else { return self[..<startIndex] }
    return self[...last]
  }
}

extension Unicode.Scalar {
  /// `str.isspace`: Unicode's white space, and four separators of ASCII besides.
  fileprivate var isPythonSpace: Bool {
    properties.isWhitespace || (0x1C...0x1F).contains(value)
  }

  /// What `str.splitlines` splits at.
  fileprivate var isPythonLineBreak: Bool {
    switch value {
    case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029: true
    default: false
    }
  }
}
