/// What can go wrong, one case a kind: the `code` of a problem document, and the end of its `type`.
enum ProblemCode: String, CaseIterable {
  // What the caller sent.
  case malformedRequest = "malformed-request"
  case invalidRequest = "invalid-request"
  case origin = "origin"
  case forbidden = "forbidden"
  case notFound = "not-found"
  case methodNotAllowed = "method-not-allowed"
  case requestTimeout = "request-timeout"
  case contentTooLarge = "content-too-large"
  case targetTooLong = "target-too-long"
  case unsupportedMediaType = "unsupported-media-type"
  case range = "range"
  case expectationFailed = "expectation-failed"
  case misdirectedRequest = "misdirected-request"
  case tokenReused = "token-reused"
  case headTooLarge = "head-too-large"
  case notImplemented = "not-implemented"
  case httpVersion = "http-version-not-supported"

  // What Athena or S3 says.
  case sessionBusy = "session-busy"
  case sessionEnded = "session-ended"
  case sessionExists = "session-exists"
  case throttled = "throttled"
  case noOutput = "no-output"
  case notFinished = "not-finished"
  case outputGone = "output-gone"
  case athenaFailed = "athena-failed"
  case athenaUnavailable = "athena-unavailable"
  case athenaUnreachable = "athena-unreachable"
  case athenaTimeout = "athena-timeout"
  case athenaError = "athena-error"
  case badAnswer = "bad-answer"

  // What the gateway lacks.
  case gatewayNotAuthorized = "gateway-not-authorized"
  case gatewayCredentials = "gateway-credentials"
  case noCredentials = "no-credentials"
  case draining = "draining"
  case overloaded = "overloaded"
  case internalError = "internal-error"
}
