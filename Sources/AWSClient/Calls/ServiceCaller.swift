import Cryptography
import EventLoop
import HTTPClient
import HTTPMessage
import HTTPTypes
import JSON
import SigV4
import Tracing

/// Makes the calls of one service: signs each try anew, and tries again what is worth it.
///
/// A call is given up when its task is cancelled, which is how its caller's own deadline ends it.
final class ServiceCaller {
  private let context: AWSContext
  private let signer: Signer
  private let modelled: Set<String>
  /// What most calls say of their tries: they have one.
  private let firstTry: String

  /// - Parameters:
  ///   - service: The name that signatures are scoped to.
  ///   - modelled: The codes of the errors in the service's model.
  init(_ context: AWSContext, service: String, modelled: Set<String>) {
    self.context = context
    self.modelled = modelled
    signer = Signer(service: service)
    firstTry = Call.tries(1, of: context.shared.retries.attempts)
  }

  /// - Parameter send: Sends one try and reads its answer.
  func call<Answer>(
    _ request: UnsignedRequest,
    _ send: (ClientRequest) async throws(CallFailure) -> Answer
  ) async throws(AWSError) -> Answer {
    let record = CallRecord.current?.value
    await record?.place?.take()
    var call = Call(
      policy: context.shared.retries, firstTry: firstTry, trace: record?.fields ?? [])
    let begun = Instant.now
    let result: Result<Answer, AWSError>
    do throws(AWSError) {
      result = .success(try await answer(to: request, in: &call, send))
    } catch {
      if case .service(let service) = error { record?.requestID = service.requestID }
      result = .failure(error)
    }
    let outcome = CallRecord.Outcome(
      operation: request.operation, code: result.code, tries: call.sent, time: Instant.now - begun)
    record?.note(outcome)
    context.onCall(outcome)
    return try result.get()
  }

  private func answer<Answer>(
    to request: UnsignedRequest, in call: inout Call,
    _ send: (ClientRequest) async throws(CallFailure) -> Answer
  ) async throws(AWSError) -> Answer {
    while true {
      let credentials = try await context.shared.credentials.credentials(with: context.tools)
      let now = context.tools.clock()
      let failure: CallFailure
      do throws(CallFailure) {
        call.sent += 1
        let answer = try await send(signed(request, with: credentials, at: now, of: call))
        context.shared.quota.giveBack(call.cost)
        return answer
      } catch {
        failure = error.withholdingSecrets(of: credentials)
      }
      call.note(failure, at: context.tools.clock())
      if await isRemedied(failure, of: &call, request, signedAt: now, with: credentials) {
        continue
      }
      guard await mayRetry(failure, &call) else {
        if let refusal = CallRefusal(failure, of: request, with: credentials) {
          context.shared.refusals.tell(refusal, at: context.tools.clock())
        }
        throw AWSError(failure)
      }
    }
  }

  /// Whether what the service refused, the date or the credentials, has been put right. Once a call each;
  /// such a try doesn't count as another one.
  private func isRemedied(
    _ failure: CallFailure, of call: inout Call, _ request: UnsignedRequest, signedAt: Int,
    with credentials: Credentials
  ) async -> Bool {
    if !call.hasSetClock, context.tools.clockExplains(failure, signedAt: signedAt) {
      call.hasSetClock = true
      return true
    }
    // The answer to a HEAD has no body to say what is wrong.
    let mayBeOfCredentials =
      failure.isOfCredentials || request.method == .head && failure.isUnnamedRefusal
    guard !call.hasReplacedCredentials, mayBeOfCredentials else { return false }
    call.hasReplacedCredentials = true
    return await context.shared.credentials.replace(credentials, with: context.tools)
  }

  /// Waits for the next try; false where there is to be none.
  private func mayRetry(_ failure: CallFailure, _ call: inout Call) async -> Bool {
    let policy = context.shared.retries
    guard call.attempt < policy.attempts,
      let reason = policy.reason(to: failure, modelled: modelled),
      context.shared.quota.take(reason.cost)
    else { return false }
    call.cost = reason.cost
    do throws(CancellationError) {
      try await context.pause(policy.delay(after: call.attempt, reason, failure))
    } catch {
      return false
    }
    call.attempt += 1
    return true
  }

  func explain(
    _ request: UnsignedRequest, with credentials: Credentials, at seconds: Int
  ) -> CallExplanation {
    CallExplanation(request, signer, with: credentials, at: seconds)
  }

  private func signed(
    _ request: UnsignedRequest, with credentials: Credentials, at now: Int, of call: Call
  ) -> ClientRequest {
    var fields = signer.sign(
      method: request.method.rawValue, path: request.path, host: request.endpoint.host,
      fields: request.fields, payloadHash: request.payloadHash, pathRule: request.pathRule,
      region: request.region, with: credentials, at: now)
    call.append(to: &fields)
    return ClientRequest(
      request.method, request.endpoint.origin + request.path, fields: fields,
      body: request.body, answerLimit: request.answerLimit,
      deadline: context.shared.retries.deadline)
  }
}

/// How far a call has come.
private struct Call {
  let policy: RetryPolicy
  /// Counts from 1.
  var attempt = 1
  /// What the last retry has cost.
  var cost: Int?
  var hasSetClock = false
  var hasReplacedCredentials = false
  /// How often the call was sent.
  var sent = 0
  private let firstTry: String
  private let trace: [(name: String, value: String)]
  private let id = randomUUID()
  private var ttl: SigningTime?

  /// - Parameter trace: The fields that name the trace which the call is of.
  init(policy: RetryPolicy, firstTry: String, trace: [(name: String, value: String)]) {
    self.policy = policy
    self.firstTry = firstTry
    self.trace = trace
  }

  /// What the SDKs tell of a call's tries, and the trace; not signed, since what stands between may count or
  /// trace as well.
  func append(to fields: inout [(name: String, value: String)]) {
    fields.append(("amz-sdk-invocation-id", id))
    fields.append(("amz-sdk-request", tries))
    fields += trace
  }

  private var tries: String {
    guard attempt > 1 || ttl != nil else { return firstTry }
    let ttl = ttl.map { "ttl=\($0.dateTime); " } ?? ""
    return ttl + Self.tries(attempt, of: policy.attempts)
  }

  static func tries(_ attempt: Int, of attempts: Int) -> String {
    "attempt=\(attempt); max=\(attempts)"
  }

  /// Takes down until when, by the service's clock, an answer to the next try is of use.
  mutating func note(_ failure: CallFailure, at now: Int) {
    guard case .service(_, let fields) = failure,
      let date = fields[.date].flatMap({ secondsSince1970(httpDate: $0) })
    else { return }
    ttl = SigningTime(secondsSince1970: date + Int(policy.deadline.components.seconds))
  }
}

extension Result where Failure == AWSError {
  /// A word for logs and metrics.
  fileprivate var code: String {
    switch self {
    case .success: "ok"
    // A range of nothing is how the end of an output is read that has nothing.
    case .failure(.service(let error)) where error.isOfEmptyObject: "ok"
    case .failure(.service(let error)): error.code
    // The gateway has given the call up itself.
    case .failure(.unreachable) where Task.isCancelled: "cancelled"
    case .failure(.unreachable): "unreachable"
    case .failure(.timeout): "timeout"
    case .failure(.badAnswer): "bad-answer"
    case .failure(.failed): "failed"
    case .failure(.overloaded): "overloaded"
    case .failure(.noCredentials): "no-credentials"
    }
  }
}

extension ServiceError {
  fileprivate var isOfEmptyObject: Bool {
    code == "InvalidRange" && members["ActualObjectSize"]?.asString == "0"
  }
}

extension CallFailure {
  /// Whether the service doesn't take the credentials, or not any more.
  fileprivate var isOfCredentials: Bool {
    guard case .service(let error, _) = self else { return false }
    return [
      "ExpiredToken", "UnrecognizedClient", "InvalidClientTokenId", "InvalidAccessKeyId",
      "InvalidToken",
    ].contains { error.code.hasPrefix($0) }
  }

  /// Whether it has the status of a refusal, and no code.
  fileprivate var isUnnamedRefusal: Bool {
    guard case .service(let error, _) = self else { return false }
    return ["400", "403"].contains(error.code)
  }

  fileprivate func withholdingSecrets(of credentials: Credentials) -> CallFailure {
    guard case .service(let error, let fields) = self else { return self }
    return .service(error.withholdingSecrets(of: credentials), fields)
  }
}
