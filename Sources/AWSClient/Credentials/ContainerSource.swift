import EventLoop
import Files
import HTTPClient

/// The credentials of a task on ECS, or of a pod on EKS (Pod Identity): an HTTP service beside the
/// container hands them out.
struct ContainerSource: CredentialsSource {
  let name = "container-role"

  private static let attempts = 3

  private let environment: AWSEnvironment
  private let deadline: Duration
  private let pause: Duration

  /// - Parameters:
  ///   - deadline: The time for one attempt.
  ///   - pause: The time between two.
  init(
    _ environment: AWSEnvironment, deadline: Duration = .seconds(2), pause: Duration = .seconds(1)
  ) {
    self.environment = environment
    self.deadline = deadline
    self.pause = pause
  }

  func resolve(
    with tools: CredentialsTools
  ) async throws(CredentialsError) -> ResolvedCredentials? {
    guard let endpoint = try endpoint() else { return nil }
    var fields = [(name: "Accept", value: "application/json")]
    if let token = try await authorization(on: tools.loop) {
      fields.append(("Authorization", token))
    }
    let request = ClientRequest(
      .get, endpoint.url, fields: fields, answerLimit: MetadataAnswer.limit,
      headerLimit: MetadataAnswer.limit, deadline: deadline, goesDirect: true,
      isPrerequisite: true)
    var failure = ""
    for attempt in 1...Self.attempts {
      if attempt > 1 { try await wait(on: tools.loop) }
      switch await ask(request, tools.http) {
      case .answered(let answer): return try credentials(of: answer, from: endpoint)
      case .failed(let reason, isFinal: false): failure = reason
      case .failed(let reason, isFinal: true):
        throw error("\(endpoint.origin) gave no credentials: \(reason)")
      }
    }
    throw error("\(endpoint.origin) gave no credentials in \(Self.attempts) attempts: \(failure)")
  }

  // MARK: The variables

  private func endpoint() throws(CredentialsError) -> ContainerEndpoint? {
    let (relative, full) = (
      "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"
    )
    if let path = environment[relative] {
      return try endpoint(ContainerEndpoint.origin + path, named: relative)
    }
    guard let url = environment[full] else { return nil }
    return try endpoint(url, named: full)
  }

  private func endpoint(
    _ url: String, named variable: String
  ) throws(CredentialsError) -> ContainerEndpoint {
    do throws(ContainerEndpoint.Problem) {
      return try ContainerEndpoint(parsing: url)
    } catch {
      throw self.error("\(variable) \(error.reason)")
    }
  }

  /// What proves to the service who asks. EKS replaces the file's content before it ends, so that it is
  /// read each time.
  private func authorization(
    on loop: EventLoop
  ) async throws(CredentialsError) -> String? {
    let (file, variable) = (
      "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "AWS_CONTAINER_AUTHORIZATION_TOKEN"
    )
    if let path = environment[file] {
      let token = try await content(of: path, named: file, on: loop)
      return try checked(token, "\(path), which \(file) names,")
    }
    guard let token = environment[variable] else { return nil }
    return try checked(token, variable)
  }

  private func content(
    of path: String, named variable: String, on loop: EventLoop
  ) async throws(CredentialsError) -> String {
    let bytes: [UInt8]
    do throws(LocalFile.Failure) {
      bytes = try await LocalFile.read(path, limit: MetadataAnswer.limit, on: loop).bytes
    } catch {
      throw self.error("\(path), which \(variable) names, \(error.reason)")
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// As it is: a line break at the end is refused too, as botocore and the other SDKs do.
  private func checked(_ token: String, _ place: String) throws(CredentialsError) -> String {
    guard !token.isEmpty else { throw error("\(place) is empty: it should hold a token") }
    guard !token.hasControlCharacter else {
      throw error(
        "\(place) has a line break or another control character in it, which no field can hold: "
          + "write the token without one, at its end too")
    }
    return token
  }

  // MARK: The service

  private enum Outcome {
    case answered(MetadataAnswer)
    case failed(String, isFinal: Bool)
  }

  /// What botocore tries again is tried again: no answer, any status but 200, what is not JSON.
  private func ask(_ request: ClientRequest, _ http: HTTPClient) async -> Outcome {
    let response: ClientResponse
    do throws(HTTPClientError) {
      response = try await http.send(request)
    } catch {
      return .failed(error.words, isFinal: !error.isNoAnswer)
    }
    guard response.status == 200 else {
      return .failed("it answered with status \(response.status)", isFinal: false)
    }
    do throws(MetadataAnswer.Problem) {
      return .answered(try MetadataAnswer(response.body))
    } catch {
      return .failed("its answer \(error.reason)", isFinal: false)
    }
  }

  private func wait(on loop: EventLoop) async throws(CredentialsError) {
    do throws(CancellationError) {
      try await loop.pause(for: pause)
    } catch {
      throw self.error("nobody waits for the credentials any more")
    }
  }

  private func credentials(
    of answer: MetadataAnswer, from endpoint: ContainerEndpoint
  ) throws(CredentialsError) -> ResolvedCredentials {
    do throws(MetadataAnswer.Problem) {
      return try answer.credentials(origin: name)
    } catch {
      throw self.error("the answer of \(endpoint.origin) \(error.reason)")
    }
  }

  private func error(_ reason: String) -> CredentialsError {
    CredentialsError(source: name, reason)
  }
}
