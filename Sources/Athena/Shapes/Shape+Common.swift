/// Shapes that several structures have.
extension Shape {
  public static let sessionID = Shape.string(length: 1...256)
  static let calculationExecutionID = Shape.string(length: 1...36)
  public static let workGroup = Shape.string(pattern: .workGroup)
  static let description = Shape.string(length: 1...1024)
  static let name = Shape.string(length: 1...128)
  static let clientRequestToken = Shape.string(length: 32...128)
  static let roleARN = Shape.string(length: 20...2048, pattern: .roleARN)
  static let sessionIdleTimeoutInMinutes = Shape.integer(1...480)
}
