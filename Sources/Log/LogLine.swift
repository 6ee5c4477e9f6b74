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
    begin(level)
    append(message)
    endMessage()
  }

  /// Begins a line of this moment, whose message is two words and a number: they need not be made one text first.
  public mutating func begin(
    _ level: Logger.Level, _ first: String, _ second: String, _ number: Int
  ) {
    begin(level)
    append(first)
    bytes.append(.space)
    append(second)
    bytes.append(.space)
    bytes.append(decimal: number)
    endMessage()
  }

  /// Adds a text under a name that is not known before.
  mutating func field(named name: String, _ value: String) {
    name.utf8.span.withUnsafeBufferPointer { appendName($0) }
    value.utf8.span.withUnsafeBufferPointer { appendValue($0) }
  }

  /// Adds a text; nothing for nil.
  public mutating func field(_ name: StaticString, _ value: String?) {
    guard let value else { return }
    appendName(name)
    value.utf8.span.withUnsafeBufferPointer { appendValue($0) }
  }

  /// Adds a part of a text.
  public mutating func field(_ name: StaticString, _ value: Substring) {
    var value = value
    appendName(name)
    value.withUTF8 { appendValue($0) }
  }

  /// Adds a number.
  public mutating func field(_ name: StaticString, _ value: Int) {
    appendName(name)
    bytes.append(decimal: value)
  }

  /// Adds a time as seconds, down to millionths.
  public mutating func field(_ name: StaticString, _ value: Duration) {
    let (seconds, attoseconds) = value.components
    appendName(name)
    bytes.append(decimal: Int(max(0, seconds)))
    bytes.append(UInt8(ascii: "."))
    bytes.append(decimal: Int(max(0, attoseconds) / 1_000_000_000_000), digits: 6)
  }

  /// Ends the line, which is then in ``bytes``.
  public mutating func end() {
    if format == .json { bytes.append(UInt8(ascii: "}")) }
    bytes.append(UInt8(ascii: "\n"))
  }

  // MARK: Parts

  private mutating func begin(_ level: Logger.Level) {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    bytes.removeAll(keepingCapacity: true)
    switch format {
    case .text:
      appendTime(now)
      bytes.append(.space)
      bytes.append(level.rawValue)
      bytes.append(.space)
    case .json:
      bytes.append(#"{"time":""#)
      appendTime(now)
      bytes.append(#"","level":""#)
      bytes.append(level.rawValue)
      bytes.append(#"","message":""#)
    }
  }

  private mutating func endMessage() {
    if format == .json { bytes.append(.quote) }
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

  private mutating func appendName(_ name: StaticString) {
    name.withUTF8Buffer { appendName($0) }
  }

  private mutating func appendName(_ name: UnsafeBufferPointer<UInt8>) {
    switch format {
    case .text: bytes.append(" ", name, "=")
    case .json: bytes.append(",\"", name, "\":")
    }
  }

  /// Appends text of the message, which has no quotes around it but those of JSON.
  private mutating func append(_ text: String) {
    text.utf8.span.withUnsafeBufferPointer { text in
      switch Spelling(text.span, atMost: Self.longestMessage) {
      case .word, .plain: bytes.append(contentsOf: text)
      case .quoting, .foreign:
        let text = text.inOneLine(atMost: Self.longestMessage)
        if format == .json { bytes.appendEscaped(text) } else { bytes.append(text) }
      }
    }
  }

  /// In text a word stands for itself, so that people read it; whatever could be taken for more has quotes.
  private mutating func appendValue(_ value: UnsafeBufferPointer<UInt8>) {
    let spelling = Spelling(value.span, atMost: Self.longestValue)
    if format == .text, spelling == .word { return bytes.append(contentsOf: value) }
    switch spelling {
    case .word, .plain: bytes.append("\"", value, "\"")
    case .quoting, .foreign:
      bytes.append(.quote)
      bytes.appendEscaped(value.inOneLine(atMost: Self.longestValue))
      bytes.append(.quote)
    }
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// At most so many bytes of the text, with "…" where that is not all, and nothing that breaks a line.
  fileprivate func inOneLine(atMost limit: Int) -> String {
    String(decoding: self, as: UTF8.self).cut(to: limit).printable.cut(to: limit)
  }
}

extension [UInt8] {
  fileprivate mutating func append(_ text: String) {
    text.utf8.span.withUnsafeBufferPointer { append(contentsOf: $0) }
  }

  /// Appends the three at once: each append on its own asks again for room.
  @inline(__always)
  fileprivate mutating func append(
    _ before: StaticString, _ text: UnsafeBufferPointer<UInt8>, _ after: StaticString
  ) {
    let (head, tail) = (before.utf8CodeUnitCount, after.utf8CodeUnitCount)
    append(addingCapacity: head + text.count + tail) { rest in
      rest.withUnsafeMutableBufferPointer { rest, count in
        let room = UnsafeMutableRawPointer(rest.baseAddress!)
        room.copyMemory(from: before.utf8Start, byteCount: head)
        if let start = text.baseAddress {
          (room + head).copyMemory(from: start, byteCount: text.count)
        }
        (room + head + text.count).copyMemory(from: after.utf8Start, byteCount: tail)
        count = head + text.count + tail
      }
    }
  }
}

extension UInt8 {
  fileprivate static let space = UInt8(ascii: " ")
  fileprivate static let quote = UInt8(ascii: "\"")
}
