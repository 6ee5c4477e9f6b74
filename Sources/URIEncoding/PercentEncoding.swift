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
    _ text: some Sequence<UInt8>, plusIsSpace: Bool = false
  ) throws(DecodingError) -> String {
    var bytes: [UInt8] = []
    var iterator = text.makeIterator()
    while let byte = iterator.next() {
      switch byte {
      case UInt8(ascii: "%"):
        guard let high = iterator.next().flatMap(value), let low = iterator.next().flatMap(value)
        else { throw .incompleteTriplet }
        bytes.append(high << 4 | low)
      case UInt8(ascii: "+") where plusIsSpace: bytes.append(UInt8(ascii: " "))
      default: bytes.append(byte)
      }
    }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw .notUTF8 }
    return text
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
