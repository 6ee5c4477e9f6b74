/// Shapes that several structures have.
extension Shape {
  static let sessionID = Shape.string(length: 1...256)
  static let calculationExecutionID = Shape.string(length: 1...36)
  public static let workGroup = Shape.string(pattern: "[a-zA-Z0-9._-]{1,128}")
  static let description = Shape.string(length: 1...1024)
  static let name = Shape.string(length: 1...128)
  static let clientRequestToken = Shape.string(length: 32...128)
  static let roleARN = Shape.string(
    length: 20...2048,
    pattern: #"arn:aws[a-z\-]*:iam::[0-9]{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+"#)
  static let sessionIdleTimeoutInMinutes = Shape.integer(1...480)
}
