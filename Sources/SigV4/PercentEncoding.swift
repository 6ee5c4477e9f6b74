/// A path as S3 wants its keys: all but unreserved characters and slashes percent-encoded, once.
public func percentEncodedPath(_ path: String) -> String {
  var bytes: [UInt8] = []
  for (index, segment) in path.utf8.split(
    separator: UInt8(ascii: "/"), omittingEmptySubsequences: false
  ).enumerated() {
    if index > 0 { bytes.append(UInt8(ascii: "/")) }
    bytes.append(percentEncoding: segment)
  }
  return String(decoding: bytes, as: UTF8.self)
}

extension [UInt8] {
  /// Appends `text` with all but RFC 3986's unreserved characters percent-encoded: SigV4's
  /// `UriEncode()`.
  mutating func append(percentEncoding text: some Sequence<UInt8>) {
    for byte in text {
      if byte.isUnreserved { append(byte) } else { append(percentEncoded: byte) }
    }
  }

  /// Appends `text` with what a request line can't carry percent-encoded, and nothing else: what is
  /// encoded already stays as it is.
  mutating func append(encodingOnce text: some Sequence<UInt8>) {
    for byte in text {
      if (0x21...0x7e).contains(byte) { append(byte) } else { append(percentEncoded: byte) }
    }
  }

  /// With upper-case digits, as SigV4 wants them.
  private mutating func append(percentEncoded byte: UInt8) {
    append(UInt8(ascii: "%"))
    append(upperCaseDigit(byte >> 4))
    append(upperCaseDigit(byte & 0xf))
  }
}

private func upperCaseDigit(_ value: UInt8) -> UInt8 {
  value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + (value - 10)
}

extension UInt8 {
  /// RFC 3986 §2.3.
  fileprivate var isUnreserved: Bool {
    switch self {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
      true
    default: false
    }
  }
}
