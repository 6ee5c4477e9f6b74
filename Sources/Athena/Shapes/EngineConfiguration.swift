extension Shape {
  /// EngineConfiguration of Athena's model: the size of a session, and the properties of its Spark.
  static let engineConfiguration = Shape.structure([
    Member("CoordinatorDpuSize", .integer(1...1)),
    Member("MaxConcurrentDpus", .integer(2...5000)),
    Member("DefaultExecutorDpuSize", .integer(1...1)),
    Member("AdditionalConfigs", parameters),
    Member("SparkProperties", parameters),
    Member(
      "Classifications",
      .list(.structure([Member("Name", name), Member("Properties", parameters)]))),
  ])

  /// The keys are of what XML can hold.
  private static let parameters = Shape.map(
    key: .string(length: 1...255, pattern: .parameter),
    value: .string(length: 0...51200))
}
