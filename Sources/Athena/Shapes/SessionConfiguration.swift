extension Shape {
  /// SessionConfiguration of Athena's model: what a session got from its workgroup.
  static let sessionConfiguration = Shape.structure([
    Member("ExecutionRole", .roleARN),
    Member("WorkingDirectory", .string()),
    Member("IdleTimeoutSeconds", .integer()),
    Member("SessionIdleTimeoutInMinutes", .sessionIdleTimeoutInMinutes),
    Member(
      "EncryptionConfiguration",
      .structure([
        Member("EncryptionOption", .string(), isRequired: true),
        Member("KmsKey", .string()),
      ])),
  ])

  /// SessionStatus of Athena's model.
  static let sessionStatus = Shape.structure([
    Member("State", .string()),
    Member("StateChangeReason", .description),
    Member("StartDateTime", .timestamp),
    Member("LastModifiedDateTime", .timestamp),
    Member("EndDateTime", .timestamp),
    Member("IdleSinceDateTime", .timestamp),
  ])
}
