/// Base 16 with lower-case digits (RFC 4648 §8, but for the case), the form SigV4 writes hashes in.
public enum Hex {
  /// Two digits for each byte.
  public static func encode(_ bytes: Span<UInt8>) -> String {
    String(unsafeUninitializedCapacity: 2 * bytes.count) { text in
      write(bytes, to: text)
      return 2 * bytes.count
    }
  }

  /// Two digits for each byte, and a dash before some: as UUIDs are written.
  ///
  /// - Parameter dashes: Bit n is set where one goes before byte n, of 32 bytes at most.
  public static func encode(_ bytes: Span<UInt8>, withDashesBefore dashes: UInt32) -> String {
    String(unsafeUninitializedCapacity: 2 * bytes.count + dashes.nonzeroBitCount) { text in
      var position = 0
      for index in bytes.indices {
        if dashes >> index & 1 == 1 {
          text[position] = UInt8(ascii: "-")
          position += 1
        }
        text[position] = digit(bytes[index] >> 4)
        text[position + 1] = digit(bytes[index] & 0xf)
        position += 2
      }
      return position
    }
  }

  /// Appends two digits for each byte to a text that is being put together and has room for them.
  public static func append(_ bytes: Span<UInt8>, to text: inout OutputSpan<UInt8>) {
    precondition(text.freeCapacity >= 2 * bytes.count)
    text.withUnsafeMutableBufferPointer { text, count in
      write(bytes, to: UnsafeMutableBufferPointer(rebasing: text[count...]))
      count += 2 * bytes.count
    }
  }

  private static func write(_ bytes: Span<UInt8>, to text: UnsafeMutableBufferPointer<UInt8>) {
    for index in bytes.indices {
      text[2 * index] = digit(bytes[index] >> 4)
      text[2 * index + 1] = digit(bytes[index] & 0xf)
    }
  }

  /// The bytes that `text` stands for; `nil` if a digit is missing or is not one of `0-9a-f`.
  ///
  /// Upper-case digits are refused, so that one value has one spelling.
  public static func decode(_ text: Span<UInt8>) -> [UInt8]? {
    guard text.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count / 2)
    for index in 0..<text.count / 2 {
      guard let high = value(text[2 * index]), let low = value(text[2 * index + 1]) else {
        return nil
      }
      bytes.append(high << 4 | low)
    }
    return bytes
  }

  /// The digit for a value below 16.
  static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + (value - 10)
  }

  private static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
