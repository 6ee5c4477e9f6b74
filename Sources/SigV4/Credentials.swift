/// What AWS knows a caller by. Nothing that prints it shows the secret or the token.
public struct Credentials: Sendable, Equatable {
  /// The public half, which every signed request names.
  public let accessKeyID: String

  /// The half that signs and is never sent.
  public let secretAccessKey: String

  /// Goes with temporary credentials and is sent as `X-Amz-Security-Token`; `nil` for those of an
  /// IAM user.
  public let sessionToken: String?

  public init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil) {
    self.accessKeyID = accessKeyID
    self.secretAccessKey = secretAccessKey
    self.sessionToken = sessionToken
  }
}

extension Credentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "Credentials(\(accessKeyID))" }

  public var debugDescription: String { description }

  /// For `dump(_:)` and for everything that prints what it finds in here.
  public var customMirror: Mirror {
    Mirror(self, children: ["accessKeyID": accessKeyID])
  }
}
