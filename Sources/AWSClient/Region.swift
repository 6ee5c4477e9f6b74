/// An AWS region, as in `eu-west-1`: a part of host names, and of every signature.
public struct Region: Sendable, Hashable, CustomStringConvertible {
  public let name: String

  /// nil for what can't be a label of a host name (RFC 1123 §2.1): a region comes from the environment
  /// and goes into a URL.
  public init?(_ name: String) {
    let bytes = name.utf8
    guard (1...63).contains(bytes.count), bytes.first != UInt8(ascii: "-"),
      bytes.last != UInt8(ascii: "-"), bytes.allSatisfy(Self.isAllowed),
      !bytes.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    else { return nil }
    self.name = name
  }

  public var description: String { name }

  /// Why it may not be the region that is meant, as the rest of a sentence; nil for a name as AWS gives them.
  public var oddity: String? {
    guard !Partition.isKnown(region: name) else { return nil }
    if name.last?.isLetter == true, Partition.isKnown(region: String(name.dropLast())) {
      return "looks like an availability zone; its region is \(name.dropLast())"
    }
    return "looks like no region of AWS's; it is taken for one of the partition aws"
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "-"):
      true
    default: false
    }
  }
}
