/// One of AWS's partitions: regions that share DNS suffixes (botocore, `partitions.json`).
struct Partition: Equatable {
  let name: String
  let dnsSuffix: String
  let dualStackDNSSuffix: String

  /// The partition of a region, known by the form of its name; an unknown form is taken for `aws`, as
  /// the SDKs do, so that a region opened tomorrow works today.
  init(region: String) {
    self = Self.known(region) ?? Self.table[0].partition
  }

  /// Whether a region's name has the form of one of a partition's.
  static func isKnown(region: String) -> Bool { known(region) != nil }

  private static func known(_ region: String) -> Partition? {
    table.first { row in row.prefixes.contains { matches(region, $0) } }?.partition
  }

  private init(_ name: String, _ dnsSuffix: String, _ dualStackDNSSuffix: String) {
    self.name = name
    self.dnsSuffix = dnsSuffix
    self.dualStackDNSSuffix = dualStackDNSSuffix
  }

  /// Whether the region is `^prefix-\w+-\d+$`.
  private static func matches(_ region: String, _ prefix: String) -> Bool {
    guard region.hasPrefix("\(prefix)-") else { return false }
    let parts = region.dropFirst(prefix.count + 1)
      .split(separator: "-", omittingEmptySubsequences: false)
    return parts.count == 2 && !parts[0].isEmpty && !parts[1].isEmpty
      && parts[1].allSatisfy(\.isNumber)
  }

  private static let table: [(prefixes: [String], partition: Partition)] = [
    (
      ["us", "eu", "ap", "sa", "ca", "me", "af", "il", "mx"],
      Partition("aws", "amazonaws.com", "api.aws")
    ),
    (["cn"], Partition("aws-cn", "amazonaws.com.cn", "api.amazonwebservices.com.cn")),
    (["eusc-de"], Partition("aws-eusc", "amazonaws.eu", "api.amazonwebservices.eu")),
    (["us-iso"], Partition("aws-iso", "c2s.ic.gov", "api.aws.ic.gov")),
    (["us-isob"], Partition("aws-iso-b", "sc2s.sgov.gov", "api.aws.scloud")),
    (["eu-isoe"], Partition("aws-iso-e", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk")),
    (["us-isof"], Partition("aws-iso-f", "csp.hci.ic.gov", "api.aws.hci.ic.gov")),
    (["us-gov"], Partition("aws-us-gov", "amazonaws.com", "api.aws")),
  ]
}
