/// An address of the Internet Protocol, without a port or a zone.
///
/// An IPv4 address and the IPv6 address that it is mapped to (`::ffff:192.0.2.1`, RFC 4291 §2.5.5.2) are the
/// same: a listener on `[::]` sees the peers of the one as the other.
public struct IPAddress: Hashable, Sendable {
  /// The first and the last eight bytes of the IPv6 address.
  let high: UInt64
  let low: UInt64

  init(high: UInt64, low: UInt64) {
    (self.high, self.low) = (high, low)
  }

  /// From the four bytes of an IPv4 address as one number: 0x7F000001 is 127.0.0.1.
  public init(v4: UInt32) {
    self.init(high: 0, low: 0xFFFF_0000_0000 | UInt64(v4))
  }

  /// From the eight 16-bit groups of an IPv6 address.
  ///
  /// - Precondition: There are eight.
  public init(groups: [UInt16]) {
    precondition(groups.count == 8)
    self.init(
      high: groups[..<4].reduce(0) { $0 << 16 | UInt64($1) },
      low: groups[4...].reduce(0) { $0 << 16 | UInt64($1) })
  }

  /// Whether it is an IPv4 address, or one that such is mapped to.
  public var isV4: Bool { high == 0 && low >> 32 == 0xFFFF }

  /// Whether only this machine has it: 127.0.0.0/8 and ::1.
  public var isLoopback: Bool {
    isV4 ? low >> 24 & 0xFF == 127 : (high, low) == (0, 1)
  }

  var groups: [UInt16] {
    [high, low].flatMap { half in
      [48, 32, 16, 0].map { UInt16(truncatingIfNeeded: half >> $0) }
    }
  }
}

// MARK: Text

extension IPAddress: CustomStringConvertible {
  /// Reads an address in the text of RFC 4291 §2.2, without brackets; nil for everything else. An IPv4 address
  /// has four decimal numbers without zeros before them, which some programs take for octal.
  public init?(_ text: some StringProtocol) {
    if text.utf8.contains(UInt8(ascii: ":")) {
      guard let groups = Self.groups(of: text) else { return nil }
      self.init(groups: groups)
    } else {
      guard let v4 = Self.v4(String(text).utf8.span) else { return nil }
      self.init(v4: v4)
    }
  }

  private static func groups(of text: some StringProtocol) -> [UInt16]? {
    // The longest one is ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255.
    guard text.utf8.count <= 45 else { return nil }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    let gaps = parts.indices.dropFirst().dropLast().filter { parts[$0].isEmpty }
    if parts[0].isEmpty || parts[parts.count - 1].isEmpty {
      return groups(of: text, atTheEdgesOf: parts)
    }
    guard gaps.count <= 1 else { return nil }
    guard let gap = gaps.first else {
      let all = groups(of: parts[...], endsText: true)
      return all?.count == 8 ? all : nil
    }
    return joined(parts[..<gap], parts[(gap + 1)...])
  }

  /// The groups of a text that begins or ends with a colon, which must be one of the two of `::`.
  private static func groups(
    of text: some StringProtocol, atTheEdgesOf parts: [some StringProtocol]
  ) -> [UInt16]? {
    switch (text.hasPrefix("::"), text.hasSuffix("::")) {
    case (true, true): parts.count == 3 ? joined(parts[..<0], parts[..<0]) : nil
    case (true, false): joined(parts[..<0], parts[2...])
    case (false, true): joined(parts[..<(parts.count - 2)], parts[..<0])
    case (false, false): nil
    }
  }

  /// The groups on both sides of `::`, which stands for at least one group of zeros.
  private static func joined<Part: StringProtocol>(
    _ before: ArraySlice<Part>, _ after: ArraySlice<Part>
  ) -> [UInt16]? {
    guard let first = groups(of: before, endsText: false),
      let last = groups(of: after, endsText: true), first.count + last.count < 8
    else { return nil }
    return first + [UInt16](repeating: 0, count: 8 - first.count - last.count) + last
  }

  /// - Parameter endsText: Whether the last part may be an IPv4 address, which is two groups.
  private static func groups(
    of parts: ArraySlice<some StringProtocol>, endsText: Bool
  ) -> [UInt16]? {
    var groups: [UInt16] = []
    for (index, part) in zip(parts.indices, parts) {
      if endsText, index == parts.endIndex - 1, part.utf8.contains(UInt8(ascii: ".")) {
        guard let v4 = v4(String(part).utf8.span) else { return nil }
        groups += [UInt16(v4 >> 16), UInt16(truncatingIfNeeded: v4)]
      } else {
        guard (1...4).contains(part.utf8.count), let group = number(part, radix: 16) else {
          return nil
        }
        groups.append(UInt16(group))
      }
    }
    return groups
  }

  /// Four decimal numbers, as one.
  static func v4(_ text: Span<UInt8>) -> UInt32? {
    var (address, octets, start): (UInt32, Int, Int) = (0, 0, 0)
    for end in 0...text.count where end == text.count || text[end] == UInt8(ascii: ".") {
      guard let octet = octet(text.extracting(start..<end)) else { return nil }
      address = address << 8 | octet
      octets += 1
      start = end + 1
    }
    return octets == 4 ? address : nil
  }

  private static func octet(_ digits: Span<UInt8>) -> UInt32? {
    guard (1...3).contains(digits.count), digits.count == 1 || digits[0] != UInt8(ascii: "0")
    else { return nil }
    var octet: UInt32 = 0
    for index in digits.indices {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digits[index]) else { return nil }
      octet = octet * 10 + UInt32(digits[index] - UInt8(ascii: "0"))
    }
    return octet <= 255 ? octet : nil
  }

  /// Digits alone: Swift's integers may have a sign.
  private static func number(_ digits: some StringProtocol, radix: Int) -> UInt32? {
    guard digits.utf8.first != UInt8(ascii: "+"), digits.utf8.first != UInt8(ascii: "-") else {
      return nil
    }
    return UInt32(digits, radix: radix)
  }

  /// The one text that RFC 5952 §4 gives an address; that of a mapped one is the IPv4 address's.
  public var description: String {
    if isV4 {
      // Of 15 bytes at most, for which Swift allocates nothing.
      var text = String(low >> 24 & 0xFF)
      for shift in stride(from: 16, through: 0, by: -8) {
        text += "."
        text += String(low >> shift & 0xFF)
      }
      return text
    }
    let groups = groups
    let gap = Self.longestRunOfZeros(in: groups)
    func text(_ groups: ArraySlice<UInt16>) -> String {
      groups.map { String($0, radix: 16) }.joined(separator: ":")
    }
    guard gap.count > 1 else { return text(groups[...]) }
    return text(groups[..<gap.lowerBound]) + "::" + text(groups[gap.upperBound...])
  }

  /// The first of the longest ones.
  private static func longestRunOfZeros(in groups: [UInt16]) -> Range<Int> {
    var (longest, run) = (0..<0, 0..<0)
    for (index, group) in groups.enumerated() {
      run = group == 0 ? run.lowerBound..<(index + 1) : (index + 1)..<(index + 1)
      if run.count > longest.count { longest = run }
    }
    return longest
  }
}
