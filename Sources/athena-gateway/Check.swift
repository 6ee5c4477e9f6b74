import AWSClient
import ArgumentParser
import Athena
import EventLoop
import Glibc
import HTTPClient

/// `athena-gateway check`: what the gateway's configuration comes to.
struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Says which AWS would be called, as whom, and which settings make it so.",
    discussion: """
      It resolves region, endpoints and credentials as 'serve' does, and with --call makes one call, \
      ListSessions. The exit status is 0 where all of it works, and 1 where something doesn't. No \
      secret is printed; of the access key ID the first and last four characters are.

      \(ConfigurationFlags.discussion)

      \(AWSFlags.discussion)

      With --json the output is one object: 'ok', 'problems' and 'notes', arrays of texts, and 'profile' \
      {name, config, credentials}, the files each {file, absence}, always; 'region' {value, source}; \
      'endpoints' {athena, s3, and sts or sso where credentials are asked for there}, each {url, sources, \
      proxy}, where no sources means the region's own and no proxy that it is called directly; 'proxies', \
      an array of {scheme, url, source}; 'authorities' {file, source}; 'credentials' {origin, accessKeyId, \
      expiration, accountId}; 'call' {operation, workGroup, ok, advice}. What is not known or not set is \
      left out.
      """)

  @OptionGroup
  var configuration: ConfigurationFlags

  @OptionGroup(title: "AWS")
  var aws: AWSFlags

  @Flag(help: "Call ListSessions, which the gateway's role must allow for it.")
  var call = false

  @Option(
    GatewaySetting(
      "work-group", as: "name", "The workgroup whose sessions --call lists.", default: "primary"))
  var workGroup

  @Flag(help: "Print one JSON object, for programs.")
  var json = false

  func run() throws {
    let report = try makeReport()
    print(json ? report.json : report.text)
    if !report.isOK { throw ExitCode.failure }
  }

  private func makeReport() throws -> CheckReport {
    let environment = Environment.current
    var reader = try configuration.reader()
    let aws = aws.settings(&reader)
    let workGroup = reader.value(workGroup)
    var problems = reader.problems
    let configuration = AWSConfiguration(aws, environment: environment, &problems)
    let files = ProfileFiles(environment: AWSEnvironment(environment), profile: aws.profile?.value)
    let state = SharedFilesState(files)
    let notes = CheckNotes(aws, environment, state, region: configuration?.region.value)
    var report = CheckReport(
      problems.isEmpty ? configuration : nil, problems: problems.list, files: state,
      notes: notes.list)
    guard let configuration, problems.isEmpty else {
      if let credentials = try credentialsAlone(aws, environment, files) {
        report.note(credentials)
      }
      return report
    }
    let refusal = Lock<CallRefusal?>(nil)
    let upstream = Upstream(
      configuration, onRefusal: { found in refusal.withLock { $0 = found } })
    let thread = try LoopThread(name: "check")
    defer { thread.stopAndJoin() }
    let (credentials, call) = try thread.runBlocking { [call] loop in
      let caller = upstream.caller(on: loop)
      defer { caller.end() }
      let credentials = await Self.credentials(upstream.credentials, caller.tools)
      guard call, case .success = credentials else {
        return (credentials, Result<Void, AthenaError>?.none)
      }
      return (credentials, await Self.listSessions(workGroup, caller))
    }
    report.note(credentials)
    if let call { report.note(call, workGroup: workGroup) }
    if case .failure(let error) = call { report.advise(error, refusal.withLock { $0 }) }
    return report
  }

  /// The credentials where other settings can't be used; nil where those would be needed for them.
  private func credentialsAlone(
    _ aws: AWSSettings.Flags, _ environment: [String: String], _ files: ProfileFiles
  ) throws -> Result<ResolvedCredentials, CredentialsError>? {
    guard
      let chain = AWSConfiguration.credentialsWithoutRegion(aws, environment: environment, files)
    else { return nil }
    let thread = try LoopThread(name: "check")
    defer { thread.stopAndJoin() }
    return try thread.runBlocking { loop in
      let http = HTTPClient(
        on: loop, configuration: .init(userAgent: AthenaGateway.userAgent, proxies: chain.proxies))
      defer { http.close() }
      return await Self.credentials(
        CredentialsStore(chain.credentials),
        CredentialsTools(loop: loop, http: http, clock: { time(nil) }))
    }
  }

  private static func credentials(
    _ store: CredentialsStore, _ tools: CredentialsTools
  ) async -> Result<ResolvedCredentials, CredentialsError> {
    do throws(CredentialsError) {
      return .success(try await store.resolved(with: tools))
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
