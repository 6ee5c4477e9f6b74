extension Shape {
  /// MonitoringConfiguration of Athena's model: where the logs of a session go.
  static let monitoringConfiguration = Shape.structure([
    Member(
      "CloudWatchLoggingConfiguration",
      .structure([
        Member("Enabled", .boolean, isRequired: true),
        Member("LogGroup", .string(length: 1...512, pattern: "[a-zA-Z0-9._/-]+")),
        Member("LogStreamNamePrefix", .string(length: 1...512, pattern: "[^:*]*")),
        Member("LogTypes", .map(key: .string(), value: .list(.string()))),
      ])),
    Member(
      "ManagedLoggingConfiguration",
      .structure([
        Member("Enabled", .boolean, isRequired: true),
        Member("KmsKey", kmsKey),
      ])),
    Member(
      "S3LoggingConfiguration",
      .structure([
        Member("Enabled", .boolean, isRequired: true),
        Member("KmsKey", kmsKey),
        Member(
          "LogLocation",
          .string(length: 0...1024, pattern: #"s3://[a-z0-9][a-z0-9\-]*[a-z0-9](/.*)?"#)),
      ])),
  ])

  private static let kmsKey = Shape.string(
    length: 1...2048,
    pattern: #"arn:aws[a-z\-]*:kms:([a-z0-9\-]+):[0-9]{12}:(key|alias)/?[a-zA-Z_0-9+=,.@\-_/]+"#
      + "|alias/[a-zA-Z0-9/_-]+|[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}")
}
