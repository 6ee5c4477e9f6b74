/// One of AWS's partitions: regions that share a DNS suffix (botocore, `endpoints/partitions`).
struct Partition: Equatable {
  let name: String
  let dnsSuffix: String

  /// The partition of a region, known by the form of its name; an unknown form is taken for `aws`, as
  /// the SDKs do, so that a region opened tomorrow works today.
  init(region: String) {
    let row = Self.table.first { region.hasPrefix($0.prefix) }
    name = row?.name ?? "aws"
    dnsSuffix = row?.suffix ?? "amazonaws.com"
  }

  private static let table: [(prefix: String, name: String, suffix: String)] = [
    ("cn-", "aws-cn", "amazonaws.com.cn"),
    ("eusc-", "aws-eusc", "amazonaws.eu"),
    ("us-gov-", "aws-us-gov", "amazonaws.com"),
    ("us-iso-", "aws-iso", "c2s.ic.gov"),
    ("us-isob-", "aws-iso-b", "sc2s.sgov.gov"),
    ("eu-isoe-", "aws-iso-e", "cloud.adc-e.uk"),
    ("us-isof-", "aws-iso-f", "csp.hci.ic.gov"),
  ]
}
