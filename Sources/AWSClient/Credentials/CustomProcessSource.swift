import CivilTime
import JSON
import SigV4

/// What the program of a profile's `credential_process` prints.
struct CustomProcessSource: CredentialsSource {
  let name = "custom-process"
  let profile: String
  let files: ProfileFiles
  /// How long the program may take.
  var timeout = Duration.seconds(60)

  func resolve(
    with tools: CredentialsTools
  ) async throws(CredentialsError) -> ResolvedCredentials? {
    let settings = try files.profiles(for: name)[profile]
    guard let command = settings?["credential_process"] else { return nil }
    guard let words = shellWords(command), let program = words.first, !program.isEmpty else {
      throw failure("is no command: it is empty, or a quotation in it is not closed")
    }
    guard !command.utf8.contains(0) else { throw failure("is no command: it has a NUL in it") }
    let process = CredentialProcess(
      program: program, arguments: Array(words.dropFirst()), timeout: timeout)
    let output: [UInt8]
    do throws(CredentialProcess.Failure) {
      output = try await process.output(on: tools.loop)
    } catch {
      throw failure(error.reason)
    }
    return try credentials(in: output, accountID: settings?["aws_account_id"])
  }

  /// No message quotes the output: there are secrets in it.
  private func credentials(
    in output: [UInt8], accountID: String?
  ) throws(CredentialsError) -> ResolvedCredentials {
    guard let object = (try? JSONValue(parsing: output))?.asObject else {
      throw failure("printed no JSON object: it has to be Version, AccessKeyId, SecretAccessKey…")
    }
    var reader = JSONObjectReader(object, nullIsAbsent: true, allowsUnknownMembers: true)
    let version = reader.integer("Version")
    let key = reader.string("AccessKeyId")
    let secret = reader.string("SecretAccessKey")
    let token = reader.string("SessionToken")
    let expiration = reader.string("Expiration")
    let account = reader.string("AccountId")
    if let finding = reader.findings.first {
      throw failure("printed an object whose \(finding.pointer) \(finding.detail)")
    }
    guard version == 1 else {
      throw failure("printed \(version.map { "Version \($0)" } ?? "no Version"); it has to be 1")
    }
    guard let key, let secret, !key.isEmpty, !secret.isEmpty else {
      throw failure("printed no AccessKeyId, or no SecretAccessKey")
    }
    guard ![key, secret, token ?? ""].contains(where: \.hasControlCharacter) else {
      throw failure("printed a value with a line break or another control character in it")
    }
    return ResolvedCredentials(
      Credentials(
        accessKeyID: key, secretAccessKey: secret, sessionToken: token == "" ? nil : token),
      expiration: try expiration.map(moment), accountID: account ?? accountID,
      origin: "\(name) (profile \(profile))")
  }

  private func moment(_ text: String) throws(CredentialsError) -> Int {
    guard let moment = secondsSince1970(rfc3339: text) else {
      throw failure("printed an Expiration that is no time such as 2026-11-23T08:15:00Z")
    }
    return moment
  }

  private func failure(_ reason: String) -> CredentialsError {
    CredentialsError(
      source: name, "the credential_process of the profile \(profile) \(reason)")
  }
}
