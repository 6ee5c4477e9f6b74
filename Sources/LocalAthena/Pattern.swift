/// A pattern of Athena's model: as the model writes it, for messages, and as a function, since Swift's regular
/// expressions are not Sendable.
struct Pattern: Sendable {
  let text: String
  let matches: @Sendable (String) -> Bool

  static let workGroup = Pattern(text: "[a-zA-Z0-9._-]{1,128}") {
    (1...128).contains($0.utf8.count) && $0.utf8.allSatisfy(isOneOf("._-"))
  }

  static let roleARN = Pattern(
    text: #"^arn:aws[a-z\-]*:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+$"#
  ) {
    let parts = $0.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    return parts.count == 6 && isOfAWS(parts) && parts[2].elementsEqual("iam".utf8)
      && parts[3].isEmpty && isName(parts[5], after: "role")
  }

  static let kmsKey = Pattern(
    text: #"^(arn:aws[a-z\-]*:kms:([a-z0-9\-]+):\d{12}:key/?[a-zA-Z_0-9+=,.@\-_/]+|"#
      + #"arn:aws[a-z\-]*:kms:([a-z0-9\-]+):\d{12}:alias/?[a-zA-Z_0-9+=,.@\-_/]+|"#
      + #"alias/[a-zA-Z0-9/_-]+|"#
      + #"[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12})$"#
  ) {
    let parts = $0.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard parts.count == 1 else {
      return parts.count == 6 && isOfAWS(parts) && parts[2].elementsEqual("kms".utf8)
        && !parts[3].isEmpty && parts[3].allSatisfy { isLowercaseOrDigit($0) || $0 == dash }
        && (isName(parts[5], after: "key") || isName(parts[5], after: "alias"))
    }
    if $0.hasPrefix("alias/") {
      let name = $0.utf8.dropFirst("alias/".utf8.count)
      return !name.isEmpty && name.allSatisfy(isOneOf("/_-"))
    }
    let groups = $0.utf8.split(separator: dash, omittingEmptySubsequences: false)
    return groups.map(\.count) == [8, 4, 4, 4, 12]
      && groups.joined().allSatisfy { isDigit($0) || ("a"..."f").contains(Unicode.Scalar($0)) }
  }

  static let logGroup = Pattern(text: "^[a-zA-Z0-9._/-]+$") {
    !$0.isEmpty && $0.utf8.allSatisfy(isOneOf("._/-"))
  }

  static let logStreamPrefix = Pattern(text: "^[^:*]*$") { !$0.contains { ":*".contains($0) } }

  static let s3Location = Pattern(text: #"^s3://[a-z0-9][a-z0-9\-]*[a-z0-9](/.*)?$"#) {
    guard $0.hasPrefix("s3://") else { return false }
    let rest = $0.utf8.dropFirst("s3://".utf8.count)
    let bucket = rest.prefix { $0 != UInt8(ascii: "/") }
    return bucket.count > 1 && bucket.allSatisfy { isLowercaseOrDigit($0) || $0 == dash }
      && bucket.first != dash && bucket.last != dash && !$0.contains(where: \.isNewline)
  }

  /// Whatever may stand in XML on one line.
  static let key = Pattern(
    text: #"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]*"#
  ) {
    $0.unicodeScalars.allSatisfy {
      $0 == "\t" || ($0 >= " " && $0 != "\u{fffe}" && $0 != "\u{ffff}")
    }
  }

  // MARK: Their parts

  private static let dash = UInt8(ascii: "-")

  /// ASCII letters, digits, and these.
  private static func isOneOf(_ others: StaticString) -> (UInt8) -> Bool {
    { byte in
      isLowercaseOrDigit(byte) || ("A"..."Z").contains(Unicode.Scalar(byte))
        || others.description.utf8.contains(byte)
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    ("0"..."9").contains(Unicode.Scalar(byte))
  }

  private static func isLowercaseOrDigit(_ byte: UInt8) -> Bool {
    isDigit(byte) || ("a"..."z").contains(Unicode.Scalar(byte))
  }

  /// Whether an ARN's partition and account are well formed.
  private static func isOfAWS(_ parts: [Substring.UTF8View]) -> Bool {
    parts[0].elementsEqual("arn".utf8) && parts[1].starts(with: "aws".utf8)
      && parts[1].allSatisfy { ("a"..."z").contains(Unicode.Scalar($0)) || $0 == dash }
      && parts[4].count == 12 && parts[4].allSatisfy(isDigit)
  }

  /// The slash that may stand after the prefix may be part of the name as well.
  private static func isName(_ part: Substring.UTF8View, after prefix: String) -> Bool {
    part.starts(with: prefix.utf8) && part.count > prefix.utf8.count
      && part.dropFirst(prefix.utf8.count).allSatisfy(isOneOf("+=,.@-_/"))
  }
}
