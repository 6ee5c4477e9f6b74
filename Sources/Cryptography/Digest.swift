/// The 32 bytes of a SHA-256 hash or of an HMAC made with it.
///
/// Two digests are compared in constant time: one of them may be a secret, and `==` should be right
/// even where nobody thought of that.
public struct Digest: Sendable, Equatable {
  /// The length of every digest.
  public static let byteCount = 32

  /// The bytes in order; `bytes.span` reads them in place.
  public private(set) var bytes: InlineArray<32, UInt8>

  /// The digest that `hash` writes into the 32 bytes it is given.
  init(filledBy hash: (UnsafeMutablePointer<UInt8>) -> Void) {
    bytes = InlineArray(repeating: 0)
    var span = bytes.mutableSpan
    span.withUnsafeMutableBufferPointer { hash($0.baseAddress!) }
  }

  /// The digest written as 64 lower-case hexadecimal digits; `nil` for any other text.
  public init?(hex text: Span<UInt8>) {
    guard text.count == 2 * Self.byteCount, let decoded = Hex.decode(text) else { return nil }
    bytes = InlineArray { decoded[$0] }
  }

  /// The digest as 64 lower-case hexadecimal digits.
  public var hex: String {
    Hex.encode(bytes.span)
  }

  public static func == (left: Digest, right: Digest) -> Bool {
    isEqualInConstantTime(left.bytes.span, right.bytes.span)
  }
}

extension Digest: Hashable {
  public func hash(into hasher: inout Hasher) {
    for index in bytes.indices { hasher.combine(bytes[index]) }
  }
}
