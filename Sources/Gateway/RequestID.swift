import Cryptography
import HTTPMessage
import HTTPTypes

/// The name of one request in answers and logs: the caller's own, or a new UUID.
struct RequestID {
  let text: String

  /// A caller's name is kept where it is 1 to 128 characters that are safe in every log and header.
  init(_ fields: FieldSection) {
    if let own = fields[.xRequestID], (1...128).contains(own.utf8.count),
      own.utf8.allSatisfy(Self.isSafe)
    {
      text = own
    } else {
      text = randomUUID()
    }
  }

  /// A new one.
  init() {
    text = randomUUID()
  }

  /// RFC 9457 §3.1.5: the problem's instance; nil where the caller's name is no UUID.
  var urn: String? { Self.isUUID(text) ? "urn:uuid:\(text.lowercased())" : nil }

  private static func isSafe(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
      UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "="), UInt8(ascii: "+"),
      UInt8(ascii: "/"), UInt8(ascii: "@"):
      true
    default: false
    }
  }

  /// RFC 9562 §4: 32 hexadecimal digits, with a dash after the 8th, 12th, 16th and 20th.
  private static func isUUID(_ text: String) -> Bool {
    let bytes = text.utf8.span
    guard bytes.count == 36 else { return false }
    for index in bytes.indices {
      let isDash = index == 8 || index == 13 || index == 18 || index == 23
      guard isDash ? bytes[index] == UInt8(ascii: "-") : isHexDigit(bytes[index]) else {
        return false
      }
    }
    return true
  }

  private static func isHexDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
      UInt8(ascii: "A")...UInt8(ascii: "F"):
      true
    default: false
    }
  }
}

extension HTTPField.Name {
  static let xRequestID = Self("X-Request-Id")!
  static let clientRequestToken = Self("Client-Request-Token")!
  static let idempotencyKey = Self("Idempotency-Key")!
  static let acceptPost = Self("Accept-Post")!
}
