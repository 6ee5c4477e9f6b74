/// A block of addresses: those that begin with the same bits (RFC 4632 §3.1, RFC 4291 §2.3).
public struct Network: Hashable, Sendable, CustomStringConvertible {
  /// Its first one.
  public let address: IPAddress
  /// How many bits of the IPv6 address are the same, 0 to 128: 96 more than an IPv4 block's text has.
  private let length: Int

  /// Reads `ADDRESS/LENGTH`, or an address alone; nil for everything else. Bits behind the length don't
  /// count, as in `192.0.2.7/24`.
  public init?(_ text: some StringProtocol) {
    let parts = text.split(
      separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let address = IPAddress(parts[0]) else { return nil }
    // What is written as IPv6 has its length in IPv6's bits, mapped or not.
    let offset = parts[0].utf8.contains(UInt8(ascii: ":")) ? 0 : 96
    guard parts.count == 2 else {
      self.init(of: address, length: 128)
      return
    }
    let digits = parts[1].utf8
    guard (1...3).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }),
      let length = Int(parts[1]), offset + length <= 128
    else { return nil }
    self.init(of: address, length: offset + length)
  }

  /// The block that the address is in.
  ///
  /// - Parameter length: From 0 to 128, in bits of the IPv6 address.
  public init(of address: IPAddress, length: Int) {
    self.length = length
    let high = min(length, 64)
    self.address = IPAddress(
      high: address.high & Self.mask(high), low: address.low & Self.mask(length - high))
  }

  public func contains(_ address: IPAddress) -> Bool {
    Network(of: address, length: length).address == self.address
  }

  /// A number with that many bits of the left set.
  private static func mask(_ length: Int) -> UInt64 {
    // Swift's smart shift: by 64 it leaves nothing.
    ~(UInt64.max >> UInt64(length))
  }

  public var description: String {
    "\(address)/\(address.isV4 && length >= 96 ? length - 96 : length)"
  }
}
