extension Pattern {
  static let workGroup = Pattern("[a-zA-Z0-9._-]{1,128}") { reader in
    reader.take(1...128) { PatternReader.isLetterOrDigit($0) || "._-".unicodeScalars.contains($0) }
  }

  static let roleARN = Pattern(
    #"arn:aws[a-z\-]*:iam::[0-9]{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+"#
  ) { reader in
    // A slash is one of the name's characters as well.
    partition(&reader) && reader.take(":iam::") && reader.take(12...12, PatternReader.isDigit)
      && reader.take(":role") && reader.take(1..., PatternReader.isOfName)
  }

  static let kmsKey = Pattern(
    #"arn:aws[a-z\-]*:kms:([a-z0-9\-]+):[0-9]{12}:(key|alias)/?[a-zA-Z_0-9+=,.@\-_/]+"#
      + "|alias/[a-zA-Z0-9/_-]+|[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}"
  ) { reader in
    if reader.take("alias/") {
      return reader.take(1...) {
        PatternReader.isLetterOrDigit($0) || "/_-".unicodeScalars.contains($0)
      }
    }
    return reader.rest.starts(with: "arn:".unicodeScalars) ? keyARN(&reader) : keyID(&reader)
  }

  static let logGroup = Pattern("[a-zA-Z0-9._/-]+") { reader in
    reader.take(1...) { PatternReader.isLetterOrDigit($0) || "._/-".unicodeScalars.contains($0) }
  }

  static let logStreamNamePrefix = Pattern("[^:*]*") { reader in
    reader.take(0...) { $0 != ":" && $0 != "*" }
  }

  static let s3Location = Pattern(
    #"s3://[a-z0-9][a-z0-9\-]*[a-z0-9](/[^\n\r\u0085\u2028\u2029]*)?"#
  ) { reader in
    guard reader.take("s3://") else { return false }
    let bucket = reader.rest.prefix { $0 != "/" }
    reader.rest = reader.rest[bucket.endIndex...]
    return bucket.count > 1 && bucket.allSatisfy(isLowerDigitOrDash) && bucket.first != "-"
      && bucket.last != "-"
      && reader.take(0...) { !"\n\r\u{85}\u{2028}\u{2029}".unicodeScalars.contains($0) }
  }

  /// What XML can hold in one line, tabs included.
  static let parameter = Pattern(#"[^\x00-\x08\x0A-\x1F\uFFFE\uFFFF]*"#) { reader in
    reader.take(0...) { $0 == "\t" || ($0 >= " " && $0 != "\u{FFFE}" && $0 != "\u{FFFF}") }
  }

  private static func partition(_ reader: inout PatternReader) -> Bool {
    reader.take("arn:aws") && reader.take(0...) { PatternReader.isLower($0) || $0 == "-" }
  }

  private static func keyARN(_ reader: inout PatternReader) -> Bool {
    partition(&reader) && reader.take(":kms:") && reader.take(1..., isLowerDigitOrDash)
      && reader.take(":") && reader.take(12...12, PatternReader.isDigit)
      && (reader.take(":key") || reader.take(":alias"))
      && reader.take(1..., PatternReader.isOfName)
  }

  private static func keyID(_ reader: inout PatternReader) -> Bool {
    func group(_ count: Int) -> Bool {
      reader.take(count...count) { PatternReader.isDigit($0) || ("a"..."f").contains($0) }
    }
    return group(8) && reader.take("-") && group(4) && reader.take("-") && group(4)
      && reader.take("-") && group(4) && reader.take("-") && group(12)
  }

  private static func isLowerDigitOrDash(_ scalar: Unicode.Scalar) -> Bool {
    PatternReader.isDigit(scalar) || PatternReader.isLower(scalar) || scalar == "-"
  }
}
