import CivilTime
import Glibc
import JSON
public import Logging

/// Puts lines of the log together, one after the other in the same buffer.
///
/// Whatever the values are, a line is one line: no value can break it, begin another one, or steer a terminal.
public struct LogLine: Sendable {
  /// Of a message, in bytes.
  private static let longestMessage = 3900
  /// Of a value, in bytes.
  private static let longestValue = 256

  /// The line that was put together last, with its end.
  public private(set) var bytes: [UInt8] = []
  public let format: LogFormat
  /// The second that ``prefix`` is of: it is formatted once.
  private var second = -1
  /// As `2026-11-22T08:15:53.`
  private var prefix: [UInt8] = []

  public init(_ format: LogFormat) {
    self.format = format
    bytes.reserveCapacity(1024)
  }

  /// Begins a line of this moment.
  public mutating func begin(_ level: Logger.Level, _ message: String) {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    bytes.removeAll(keepingCapacity: true)
    switch format {
    case .text:
      appendTime(now)
      bytes.append(.space)
      bytes.append(contentsOf: level.rawValue.utf8)
      bytes.append(.space)
      bytes.append(contentsOf: message.inOneLine(atMost: Self.longestMessage).utf8)
    case .json:
      bytes.append(contentsOf: #"{"time":""#.utf8)
      appendTime(now)
      bytes.append(contentsOf: #"","level":""#.utf8)
      bytes.append(contentsOf: level.rawValue.utf8)
      bytes.append(.quote)
      appendString("message", message.inOneLine(atMost: Self.longestMessage))
    }
  }

  /// Adds a text; nothing for nil.
  public mutating func field(_ name: String, _ value: String?) {
    guard let value else { return }
    appendString(name, value.inOneLine(atMost: Self.longestValue))
  }

  /// Adds a number.
  public mutating func field(_ name: String, _ value: Int) {
    appendName(name)
    bytes.append(contentsOf: String(value).utf8)
  }

  /// Adds a time as seconds, down to millionths.
  public mutating func field(_ name: String, _ value: Duration) {
    let (seconds, attoseconds) = value.components
    appendName(name)
    bytes.append(contentsOf: String(max(0, seconds)).utf8)
    bytes.append(UInt8(ascii: "."))
    bytes.append(decimal: Int(max(0, attoseconds) / 1_000_000_000_000), digits: 6)
  }

  /// Ends the line, which is then in ``bytes``.
  public mutating func end() {
    if format == .json { bytes.append(UInt8(ascii: "}")) }
    bytes.append(UInt8(ascii: "\n"))
  }

  private mutating func appendTime(_ now: timespec) {
    if now.tv_sec != second {
      second = now.tv_sec
      // Without the milliseconds and the Z.
      prefix = Array(rfc3339(secondsSince1970: Double(second)).utf8.dropLast(4))
    }
    bytes.append(contentsOf: prefix)
    bytes.append(decimal: Int(now.tv_nsec / 1_000_000), digits: 3)
    bytes.append(UInt8(ascii: "Z"))
  }

  private mutating func appendName(_ name: String) {
    switch format {
    case .text:
      bytes.append(.space)
      bytes.append(contentsOf: name.utf8)
      bytes.append(UInt8(ascii: "="))
    case .json:
      bytes.append(contentsOf: ",\"".utf8)
      bytes.append(contentsOf: name.utf8)
      bytes.append(contentsOf: "\":".utf8)
    }
  }

  /// - Parameter value: One without control characters.
  private mutating func appendString(_ name: String, _ value: String) {
    appendName(name)
    // In text a word stands for itself, so that people read it; whatever could be taken for more has quotes.
    if format == .text, value.utf8.allSatisfy(\.isOfWord), !value.isEmpty {
      bytes.append(contentsOf: value.utf8)
    } else {
      bytes.append(.quote)
      bytes.appendEscaped(value)
      bytes.append(.quote)
    }
  }
}

extension String {
  /// At most so many bytes of it, with "…" where that is not all, and nothing that breaks a line.
  fileprivate func inOneLine(atMost limit: Int) -> String {
    let isPlain = utf8.allSatisfy { (0x20...0x7E).contains($0) }
    if isPlain, utf8.count <= limit { return self }
    return cut(to: limit).printable.cut(to: limit)
  }
}

extension UInt8 {
  fileprivate static let space = UInt8(ascii: " ")
  fileprivate static let quote = UInt8(ascii: "\"")

  /// Visible ASCII, but for what quotes and separates.
  fileprivate var isOfWord: Bool {
    (0x21...0x7E).contains(self) && self != .quote && self != UInt8(ascii: "\\")
      && self != UInt8(ascii: "=")
  }
}
