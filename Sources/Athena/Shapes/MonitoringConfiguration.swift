extension Shape {
  /// MonitoringConfiguration of Athena's model: where the logs of a session go.
  static let monitoringConfiguration = Shape.structure([
    Member(
      "CloudWatchLoggingConfiguration",
      .structure([
        Member("Enabled", .boolean, isRequired: true),
        Member("LogGroup", .string(length: 1...512, pattern: .logGroup)),
        Member("LogStreamNamePrefix", .string(length: 1...512, pattern: .logStreamNamePrefix)),
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
          .string(length: 0...1024, pattern: .s3Location)),
      ])),
  ])

  private static let kmsKey = Shape.string(length: 1...2048, pattern: .kmsKey)
}
