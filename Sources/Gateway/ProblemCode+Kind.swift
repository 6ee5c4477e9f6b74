import HTTPTypes

extension ProblemCode {
  /// What every problem of a kind has in common.
  struct Kind {
    let status: HTTPResponse.Status
    /// The same for every problem of the kind (RFC 9457 §3.1.3).
    let title: String
    /// Whether the same request can succeed later without a change.
    let isRetryable: Bool
    /// Seconds after which to try again, where that is known.
    let retryAfter: Int?
    /// What happened, and what to do about it.
    let explanation: String

    fileprivate init(
      _ status: HTTPResponse.Status, _ title: String, retryable: Bool = false,
      retryAfter: Int? = nil, _ explanation: String
    ) {
      self.status = status
      self.title = title
      isRetryable = retryable
      self.retryAfter = retryAfter
      self.explanation = explanation
    }
  }

  /// One row a code; `/problems/CODE` answers with it.
  var kind: Kind {
    switch self {
    case .malformedRequest:
      Kind(
        .badRequest, "The request can't be read",
        "The message, its path or its JSON is not well-formed, or its query has a parameter or a "
          + "value that the resource doesn't take. The detail names the place and the rule; correct "
          + "the request before sending it again.")
    case .invalidRequest:
      Kind(
        .badRequest, "The request breaks a rule",
        "The request can be read, but a value in it is missing, superfluous or out of bounds, in "
          + "the gateway's judgement ('errors' lists each with a JSON Pointer) or in Athena's "
          + "('upstream' has its words).")
    case .origin:
      Kind(
        .forbidden, "This web page may not use the gateway",
        "The request has an Origin field, so a web page sent it, and its origin is neither the gateway's own "
          + "nor one that the operator has listed with --allowed-origin. Programs such as curl send no "
          + "Origin.")
    case .forbidden:
      Kind(
        .forbidden, "The gateway does not allow this",
        "The operator has not allowed what the request asks for. The detail says what that is.")
    case .notFound:
      Kind(
        .notFound, "There is no such thing",
        "The path is none of the gateway's, or names a calculation that Athena doesn't know or that "
          + "is another session's. A session that Athena doesn't know it may also call an invalid "
          + "request. Paths have no trailing slash.")
    case .methodNotAllowed:
      Kind(
        .methodNotAllowed,
        "The path doesn't have this method", "The Allow field lists the methods that it has.")
    case .requestTimeout:
      Kind(
        .requestTimeout, "The request took too long to arrive", retryable: true,
        "The head or the content of the request was not whole in time. Send it again, faster.")
    case .contentTooLarge:
      Kind(
        .contentTooLarge, "The content is too large",
        "The request's content is larger than the gateway reads. A code block has at most 68,000 "
          + "characters.")
    case .targetTooLong:
      Kind(
        .uriTooLong, "The request target is too long",
        "The path and query together are longer than the gateway reads.")
    case .unsupportedMediaType:
      Kind(
        .unsupportedMediaType, "The content is of a type that is not accepted here",
        "The Content-Type is missing or is not one of those that the Accept-Post field lists, or "
          + "the content is encoded or not UTF-8. With curl, add the header that the detail names.")
    case .range:
      Kind(
        .rangeNotSatisfiable, "The output has no such range",
        "The Range field asks for bytes that the output doesn't have.")
    case .expectationFailed:
      Kind(
        .expectationFailed, "The expectation can't be met",
        "The Expect field has something other than 100-continue.")
    case .misdirectedRequest:
      Kind(
        .misdirectedRequest, "The gateway doesn't go by this name",
        "A gateway on a loopback address answers to loopback names alone, so that no page of the "
          + "internet can reach it under a name of its own. Call it as localhost, or have the "
          + "operator add the name with --allowed-host.")
    case .tokenReused:
      Kind(
        .unprocessableContent, "The token was used for something else",
        "A request with this Idempotency-Key or clientRequestToken was made before, with other "
          + "parameters. Send the first request unchanged, or choose a new key.")
    case .headTooLarge:
      Kind(
        .requestHeaderFieldsTooLarge, "The request's head is too large",
        "The request line and the fields together are more, or more in number, than the gateway "
          + "reads.")
    case .notImplemented:
      Kind(
        .notImplemented, "The gateway doesn't know this method or transfer coding",
        "The gateway knows the methods of RFC 9110 and PATCH, and the transfer coding chunked.")
    case .httpVersion:
      Kind(
        .httpVersionNotSupported, "The gateway speaks HTTP/1.1",
        "The request has another major version of HTTP.")
    case .sessionBusy:
      Kind(
        .conflict, "The session is not ready yet", retryable: true, retryAfter: 2,
        "A session runs one calculation at a time, and takes one when it is IDLE. Try again when "
          + "the time of the Retry-After field has passed, or submit with '?onBusy=wait' and the gateway "
          + "waits for the session; 'sessionState' has the state.")
    case .sessionEnded:
      Kind(
        .conflict, "The session has ended",
        "The session is TERMINATING, TERMINATED, DEGRADED or FAILED and will take no calculation "
          + "again. Start another session.")
    case .sessionExists:
      Kind(
        .conflict, "The session exists already", "Athena has a session of this name already.")
    case .throttled:
      Kind(
        .tooManyRequests, "Athena asks for fewer requests", retryable: true, retryAfter: 1,
        "The account's rate or concurrency limit in Athena is reached. Try again when the time of "
          + "the Retry-After field has passed.")
    case .noOutput:
      Kind(
        .notFound, "The calculation has no such output",
        "The calculation has ended without leaving this output: one that was canceled early, say.")
    case .notFinished:
      Kind(
        .conflict, "The calculation is not finished", retryable: true, retryAfter: 2,
        "Athena has a calculation's output once it is COMPLETED, FAILED or CANCELED.")
    case .outputGone:
      Kind(
        .notFound, "The output is no longer there",
        "The calculation left this output in S3, and S3 doesn't have it: deleted, or expired.")
    case .athenaFailed:
      Kind(
        .badGateway, "Athena failed", retryable: true, retryAfter: 5,
        "Athena or S3 answered with an internal error. Try again; the Client-Request-Token field "
          + "names the token with which a submission can be repeated without running twice.")
    case .athenaUnavailable:
      Kind(
        .serviceUnavailable, "Athena is unavailable", retryable: true, retryAfter: 5,
        "Athena or S3 says that it can't serve now. Try again when the time of the Retry-After "
          + "field has passed.")
    case .athenaUnreachable:
      Kind(
        .badGateway, "Athena can't be reached", retryable: true, retryAfter: 5,
        "The gateway got no connection to Athena or S3: name resolution, network or TLS. The "
          + "operator should look at the gateway's region, endpoint and network.")
    case .athenaTimeout:
      Kind(
        .gatewayTimeout, "Athena didn't answer in time", retryable: true, retryAfter: 5,
        "Whether a submission arrived is unknown: repeat it with the token that the "
          + "Client-Request-Token field names, and it runs once.")
    case .athenaError:
      Kind(
        .badGateway, "Athena refused the gateway's call",
        "Athena or S3 answered with an error that the gateway has no name for; 'upstream' has it.")
    case .badAnswer:
      Kind(
        .badGateway, "Athena's answer can't be read", retryable: true, retryAfter: 5,
        "What came was not what Athena's API promises, or broke off. Something between the gateway and "
          + "Athena may have answered in its place, and a submission may have arrived: repeat it with "
          + "the token that the Client-Request-Token field names, and it runs once.")
    case .gatewayNotAuthorized:
      Kind(
        .badGateway, "The gateway is not allowed to do this in AWS",
        "AWS refused the gateway's own identity, not the caller's. Which permission is missing, and to whom, is "
          + "for the operator: in what the gateway writes to standard error, and by 'athena-gateway check "
          + "--call'.")
    case .gatewayCredentials:
      Kind(
        .badGateway, "AWS doesn't accept the gateway's credentials", retryable: true,
        retryAfter: 5,
        "The gateway's own credentials are expired, revoked or wrong, or its clock is. The gateway asks for new "
          + "ones meanwhile, so that trying later may help; where their source has none, the operator has to: "
          + "what AWS says is in what the gateway writes to standard error, and 'athena-gateway check --call' "
          + "asks again.")
    case .noCredentials:
      Kind(
        .serviceUnavailable, "The gateway has no AWS credentials", retryable: true, retryAfter: 5,
        "Nothing was sent to AWS. The detail names the source of credentials that has failed, or says that "
          + "none are configured. Why is for the operator: in what the gateway writes to standard error, "
          + "and by 'athena-gateway check'.")
    case .draining:
      Kind(
        .serviceUnavailable, "The gateway is about to end", retryable: true, retryAfter: 1,
        "The gateway has been told to end. It finishes what it has begun; new requests should go to "
          + "another one.")
    case .overloaded:
      Kind(
        .serviceUnavailable, "The gateway has too much to do", retryable: true, retryAfter: 1,
        "The gateway has as many connections, contents of requests, outputs to include or calls to AWS in "
          + "hand as it may; the detail says which. Try again when the time of the Retry-After field has passed. The operator "
          + "can raise limits or add gateways.")
    case .internalError:
      Kind(
        .internalServerError, "The gateway failed",
        "A fault of the gateway itself. Please report it with the request id.")
    }
  }
}
