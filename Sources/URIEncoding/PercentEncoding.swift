/// Percent-encoding (RFC 3986 §2.1), of UTF-8.
public enum PercentEncoding {
  /// Why a text can't be decoded.
  public enum DecodingError: Error, Equatable, Sendable {
    /// A `%` without two hexadecimal digits behind it.
    case incompleteTriplet
    case notUTF8
  }

  /// A path segment, or any other part: all but unreserved characters (RFC 3986 §2.3) is encoded.
  public static func encode(_ text: String) -> String {
    // Ids and most keys stay as they are.
    if text.utf8.span.allSatisfy(isUnreserved) { return text }
    var bytes: [UInt8] = []
    append(text.utf8, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A path whose slashes part its segments; they stay, and so do empty segments.
  public static func encode(path: String) -> String {
    var bytes: [UInt8] = []
    // Bytes, since a combining mark makes one Character of itself and the slash before it.
    for byte in path.utf8 {
      if byte == UInt8(ascii: "/") {
        bytes.append(byte)
      } else {
        append(CollectionOfOne(byte), to: &bytes)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Appends a part, encoded.
  public static func append(_ text: some Sequence<UInt8>, to bytes: inout [UInt8]) {
    for byte in text {
      if isUnreserved(byte) { bytes.append(byte) } else { append(triplet: byte, to: &bytes) }
    }
  }

  /// Appends one byte as `%` and two upper-case digits.
  public static func append(triplet byte: UInt8, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "%"))
    bytes.append(digit(byte >> 4))
    bytes.append(digit(byte & 0xF))
  }

  /// - Parameter plusIsSpace: As forms and URLSearchParams write a query; never in a path.
  public static func decode(
    _ text: Span<UInt8>, plusIsSpace: Bool = false
  ) throws(DecodingError) -> String {
    // Ids and most names stand for themselves.
    if text.allSatisfy(isUnreserved) { return try string(text) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count)
    var index = 0
    while index < text.count {
      switch text[index] {
      case UInt8(ascii: "%"):
        guard text.count - index > 2, let high = value(text[index + 1]),
          let low = value(text[index + 2])
        else { throw .incompleteTriplet }
        bytes.append(high << 4 | low)
        index += 2
      case UInt8(ascii: "+") where plusIsSpace: bytes.append(UInt8(ascii: " "))
      case let byte: bytes.append(byte)
      }
      index += 1
    }
    return try string(bytes.span)
  }

  private static func string(_ bytes: Span<UInt8>) throws(DecodingError) -> String {
    guard let text = try? UTF8Span(validating: bytes) else { throw .notUTF8 }
    return String(copying: text)
  }

  private static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: "_"), UInt8(ascii: "~"):
      true
    default: false
    }
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
  }

  private static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}

extension Span<UInt8> {
  fileprivate func allSatisfy(_ holds: (UInt8) -> Bool) -> Bool {
    for index in indices where !holds(self[index]) { return false }
    return true
  }
}
