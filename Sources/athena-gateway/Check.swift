import AWSClient
import ArgumentParser
import Athena
import EventLoop

/// `athena-gateway check`: what the gateway's configuration comes to.
struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Says which AWS would be called, as whom, and which settings make it so.",
    discussion: """
      It resolves region, endpoints and credentials as 'serve' does, and with --call makes one call, \
      ListSessions. The exit status is 0 where all of it works, and 1 where something doesn't. No \
      secret is printed; of the access key ID the first and last four characters are.

      \(AWSFlags.discussion)

      With --json the output is one object: 'ok' and 'problems', an array of texts, always; 'region' \
      {value, source}; 'endpoints' {athena, s3}, each {url, sources}, where no sources means the \
      region's own; 'proxies', an array of {scheme, url, source}; 'authorities' {file, source}; \
      'credentials' {origin, accessKeyId, expiration, accountId}; 'call' {operation, workGroup, ok}. \
      What is not known or not set is left out.
      """)

  @OptionGroup(title: "AWS")
  var aws: AWSFlags

  @Flag(help: "Call ListSessions, which the gateway's role must allow for it.")
  var call = false

  @Option(
    name: .customLong("work-group"),
    help: ArgumentHelp("The workgroup whose sessions --call lists.", valueName: "name"))
  var workGroup = "primary"

  @Flag(help: "Print one JSON object, for programs.")
  var json = false

  func run() throws {
    let report = try makeReport()
    print(json ? report.json : report.text)
    if !report.isOK { throw ExitCode.failure }
  }

  private func makeReport() throws -> CheckReport {
    var problems = Problems()
    let configuration = AWSConfiguration(aws, environment: Environment.current, &problems)
    guard let configuration, problems.isEmpty else { return CheckReport(problems: problems.list) }
    var report = CheckReport(configuration: configuration)
    let upstream = Upstream(configuration)
    let thread = try LoopThread(name: "check")
    defer { thread.stopAndJoin() }
    let (credentials, call) = try thread.runBlocking { [call, workGroup] loop in
      let caller = upstream.caller(on: loop)
      defer { caller.end() }
      let credentials = await Self.credentials(upstream, caller)
      guard call, case .success = credentials else {
        return (credentials, Result<Void, AthenaError>?.none)
      }
      return (credentials, await Self.listSessions(workGroup, caller))
    }
    report.note(credentials)
    if let call { report.note(call, workGroup: workGroup) }
    return report
  }

  private static func credentials(
    _ upstream: Upstream, _ caller: Upstream.Caller
  ) async -> Result<ResolvedCredentials, CredentialsError> {
    do throws(CredentialsError) {
      return .success(try await upstream.credentials.resolved(with: caller.tools))
    } catch {
      return .failure(error)
    }
  }

  private static func listSessions(
    _ workGroup: String, _ caller: Upstream.Caller
  ) async -> Result<Void, AthenaError> {
    do throws(AthenaError) {
      // One session is the least that shows whether Athena takes the gateway's calls.
      _ = try await caller.athena.listSessions(workGroup: workGroup, Listing(maxResults: 1))
      return .success(())
    } catch {
      return .failure(error)
    }
  }
}
