@testable import AWSClient

/// Answers of STS, as its API reference has them.
enum STSAnswers {
  static func assumedRole(
    _ action: String = "AssumeRole", key: String = "ASIAROLE", secret: String = "roleSecret",
    token: String = "roleToken", expiration: String = "2025-11-22T09:15:53Z",
    arn: String = "arn:aws:sts::123456789012:assumed-role/demo/session"
  ) -> Script {
    Script(
      content: """
        <\(action)Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
          <\(action)Result>
            <AssumedRoleUser>
              <AssumedRoleId>ARO123EXAMPLE123:session</AssumedRoleId>
              <Arn>\(arn)</Arn>
            </AssumedRoleUser>
            <Credentials>
              <AccessKeyId>\(key)</AccessKeyId>
              <SecretAccessKey>\(secret)</SecretAccessKey>
              <SessionToken>\(token)</SessionToken>
              <Expiration>\(expiration)</Expiration>
            </Credentials>
            <PackedPolicySize>6</PackedPolicySize>
          </\(action)Result>
          <ResponseMetadata><RequestId>c6104cbe-af31-11e0-8154</RequestId></ResponseMetadata>
        </\(action)Response>
        """)
  }

  static func error(_ code: String, _ message: String = "message", status: Int = 400) -> Script {
    Script(
      status: status,
      content: """
        <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
          <Error><Type>Sender</Type><Code>\(code)</Code><Message>\(message)</Message></Error>
          <RequestId>c6104cbe-af31-11e0-8154</RequestId>
        </ErrorResponse>
        """)
  }
}

/// A service that has one answer.
func always(_ answer: Script) -> @Sendable (Received) -> Script { { _ in answer } }

extension Received {
  /// A parameter of a form, still encoded.
  func parameter(_ name: String) -> String? {
    content.split(separator: "&").first { $0.hasPrefix("\(name)=") }
      .map { String($0.dropFirst(name.count + 1)) }
  }
}
