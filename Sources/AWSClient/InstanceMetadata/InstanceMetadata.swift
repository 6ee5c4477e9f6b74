import HTTPClient

/// EC2's instance metadata service: version 2, which answers to who has a token, and version 1 where
/// there is none to be had.
struct InstanceMetadata {
  /// In seconds; all that is asked with one token is asked within a few.
  private static let tokenLifetime = "21600"

  /// Why the service has nothing to give, or isn't there at all: the rest of a sentence about it.
  struct Absence: Error {
    let reason: String
  }

  private let asker: String
  private let settings: InstanceMetadataSettings
  private let http: HTTPClient
  private var token: String?

  /// Asks for the token.
  ///
  /// - Parameter asker: What errors call who asks.
  /// - Returns: nil where the variables say that the service is not to be asked.
  init?(
    askedBy asker: String, _ environment: AWSEnvironment, _ files: ProfileFiles,
    with tools: CredentialsTools
  ) async throws(CredentialsError) {
    guard let settings = try Self.settings(asker, environment, files) else { return nil }
    self.asker = asker
    self.settings = settings
    http = tools.http
    token = try await newToken()
    guard token != nil || !settings.isV1Disabled else {
      throw error(
        "gave no token, and version 1 of the service, which needs none, is disabled "
          + "(AWS_EC2_METADATA_V1_DISABLED or ec2_metadata_v1_disabled)")
    }
  }

  private static func settings(
    _ asker: String, _ environment: AWSEnvironment, _ files: ProfileFiles
  ) throws(CredentialsError) -> InstanceMetadataSettings? {
    let profiles: Profiles
    do throws(ProfileFiles.Problem) {
      profiles = try files.profiles()
    } catch {
      throw CredentialsError(source: asker, error.description)
    }
    do throws(SettingsProblems) {
      return try InstanceMetadataSettings(environment, profiles)
    } catch {
      throw CredentialsError(source: asker, error.list.joined(separator: "; "))
    }
  }

  /// The content of a path below `latest/`.
  func content(
    of path: String
  ) async throws(CredentialsError) -> Result<[UInt8], Absence> {
    let fields = token.map { [(name: "x-aws-ec2-metadata-token", value: $0)] } ?? []
    let response: ClientResponse
    switch try await ask(.get, path, fields) {
    case .success(let answer): response = answer
    case .failure(let absence): return .failure(absence)
    }
    switch response.status {
    case 200 where response.body.isEmpty: return .failure(Absence(reason: "has nothing at \(path)"))
    case 200: return .success(response.body)
    case 401 where token == nil:
      throw error(
        "answers to who has a token alone, and its answer with one didn't come: in a container "
          + "on EC2, set the instance's metadata response hop limit to 2")
    case 401, 429: throw error("answered with status \(response.status)")
    // Nothing there, or not for us.
    case 400...499:
      return .failure(
        Absence(reason: "has nothing at \(path): it answered with status \(response.status)"))
    default: throw error("answered with status \(response.status)")
    }
  }

  /// The content of a path that has one short line.
  func line(of path: String) async throws(CredentialsError) -> Result<String, Absence> {
    switch try await content(of: path) {
    case .success(let content): .success(try line(content))
    case .failure(let absence): .failure(absence)
    }
  }

  /// botocore's rule: who refuses tokens, or whose answer is lost on the way (a container is one hop too
  /// far for it), may still know version 1.
  private func newToken() async throws(CredentialsError) -> String? {
    let fields = [(name: "x-aws-ec2-metadata-token-ttl-seconds", value: Self.tokenLifetime)]
    guard case .success(let response) = try await ask(.put, "api/token", fields) else {
      return nil
    }
    switch response.status {
    case 200: return try line(response.body)
    case 400: throw error("answered with status 400 when it was asked for a token")
    default: return nil
    }
  }

  // MARK: Questions

  /// Asks again where nothing comes, or an excuse. Once where the time has passed and a token was asked
  /// for: a lost answer would be lost again.
  private func ask(
    _ method: ClientRequest.Method, _ path: String, _ fields: [(name: String, value: String)]
  ) async throws(CredentialsError) -> Result<ClientResponse, Absence> {
    let request = ClientRequest(
      method, "\(settings.endpoint)/latest/\(path)", fields: fields,
      answerLimit: MetadataAnswer.limit, headerLimit: MetadataAnswer.limit,
      deadline: settings.timeout, goesDirect: true, isPrerequisite: true)
    var answer: ClientResponse?
    var absence = Absence(reason: "did not answer")
    for _ in 1...settings.attempts {
      do throws(HTTPClientError) {
        let response = try await http.send(request)
        answer = response
        guard response.status == 429 || response.status >= 500 else { break }
      } catch  where error.isNoAnswer {
        absence = self.absence(error)
        if case .timeout = error, method == .put { break }
      } catch {
        throw self.error("gave no answer: \(error.words)")
      }
    }
    return answer.map { .success($0) } ?? .failure(absence)
  }

  private func absence(_ error: HTTPClientError) -> Absence {
    if case .timeout = error {
      return Absence(reason: "did not answer within \(settings.timeout.components.seconds) s")
    }
    return Absence(reason: "did not answer: \(error.words)")
  }

  /// Without the line break at its end that stand-ins for the service send; else a token and a role are
  /// visible ASCII, as they must be to be sent back.
  private func line(_ bytes: [UInt8]) throws(CredentialsError) -> String {
    var line = bytes[...]
    while let last = line.last, last == 0x0A || last == 0x0D { line.removeLast() }
    guard (1...1024).contains(line.count), line.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw error("answered with something else than a line of visible ASCII")
    }
    return String(decoding: line, as: UTF8.self)
  }

  /// - Parameter what: What is wrong with the service, as the rest of a sentence.
  func error(_ what: String) -> CredentialsError {
    CredentialsError(source: asker, "\(settings.endpoint) \(what)")
  }
}
