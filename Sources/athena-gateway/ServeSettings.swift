import AWSClient
import EventLoop
import Gateway
import HTTPServer

/// What `serve` was told, by flags and environment, checked.
struct ServeSettings: Sendable {
  let isLocal: Bool
  let listen: ListenAddress
  let workers: Int
  let region: Region
  let environment: AWSEnvironment
  let retries: RetryPolicy
  /// nil for the region's own.
  let athenaEndpoint: Endpoint?
  /// nil for the region's own.
  let s3Endpoint: Endpoint?
  let hosts: HostPolicy
  var limits: Limits
  let drainTimes: DrainTimes
  /// nil for plain HTTP.
  let tls: TLSContext?
  let requiresClientCertificate: Bool

  /// Throws one error that names all problems.
  init(_ flags: Serve, environment: [String: String]) throws {
    var problems = Problems()
    let listen = problems.noting("--listen") { try ListenAddress(parsing: flags.listen) }
    let region = Self.region(flags, environment, &problems)
    self.environment = AWSEnvironment(environment)
    do throws(SettingsProblems) {
      retries = try AWSSettings(environment: self.environment, profiles: nil).retries
    } catch {
      retries = RetryPolicy()
      for problem in error.list { problems.add(problem) }
    }
    let athena = Self.endpoint(
      [("--endpoint-url", flags.endpointURL)]
        + ["AWS_ENDPOINT_URL_ATHENA", "AWS_ENDPOINT_URL"].map { ($0, environment[$0]) },
      &problems)
    let s3 = Self.endpoint(
      ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"].map { ($0, environment[$0]) }, &problems)
    if let workers = flags.workers { problems.check("--workers", workers, in: 1...1024) }
    if flags.local, flags.endpointURL != nil {
      problems.add("--local and --endpoint-url: give one; the local Athena is the endpoint")
    }
    for host in flags.allowedHosts where !Self.isHostName(host) {
      problems.add("--allowed-host: '\(host.prefix(100))' is not a host name; leave out the port")
    }
    limits = flags.limits.limits(&problems)
    drainTimes = flags.drain.times(&problems)
    let tls = TLSContext(flags, &problems)
    if let listen, !listen.isLoopback { Self.checkExposure(flags, listen, &problems) }
    guard let listen, let region, problems.isEmpty else { throw problems.error }
    isLocal = flags.local
    self.listen = listen
    self.region = region
    workers = flags.workers ?? Processors.available
    athenaEndpoint = flags.local ? nil : athena
    s3Endpoint = flags.local ? nil : s3
    hosts = HostPolicy(isLoopback: listen.isLoopback, allowedHosts: flags.allowedHosts)
    self.tls = tls
    requiresClientCertificate = flags.tlsClientCA != nil
  }

  /// How callers call.
  var scheme: String { tls == nil ? "http" : "https" }

  /// The local Athena takes any region.
  private static func region(
    _ flags: Serve, _ environment: [String: String], _ problems: inout Problems
  ) -> Region? {
    let sources =
      [("--region", flags.region)]
      + ["AWS_REGION", "AWS_DEFAULT_REGION"].map { ($0, environment[$0]) }
    guard let (source, name) = firstGiven(sources) else {
      if flags.local { return Region("us-east-1") }
      problems.add("no region: give --region or set AWS_REGION, as in eu-west-1; or try --local")
      return nil
    }
    if let region = Region(name) { return region }
    problems.add("\(source): '\(name.prefix(100))' is not the name of a region, as in eu-west-1")
    return nil
  }

  private static func endpoint(
    _ sources: [(String, String?)], _ problems: inout Problems
  ) -> Endpoint? {
    guard let (source, url) = firstGiven(sources) else { return nil }
    return problems.noting(source) { try Endpoint(parsing: url) }
  }

  /// An empty variable is an unset one.
  private static func firstGiven(_ sources: [(String, String?)]) -> (String, String)? {
    for case (let source, let value?) in sources where !value.isEmpty { return (source, value) }
    return nil
  }

  /// Whether a `Host` field can be this text and a port.
  private static func isHostName(_ text: String) -> Bool {
    if text.hasPrefix("["), text.hasSuffix("]") { return true }
    return !text.isEmpty && !text.contains { ":/@?# ".contains($0) }
  }

  private static func checkExposure(
    _ flags: Serve, _ listen: ListenAddress, _ problems: inout Problems
  ) {
    if flags.local {
      problems.add(
        "--listen: with --local everybody who reaches \(listen) could run code on this machine; "
          + "listen on 127.0.0.1 or [::1]")
    } else if !flags.allowAnonymous, flags.tlsClientCA == nil {
      problems.add(
        "--listen: everybody who reaches \(listen) could run code on Athena, since callers are not "
          + "asked who they are; ask for certificates with --tls-client-ca, or add --allow-anonymous "
          + "if that is meant")
    }
  }
}
