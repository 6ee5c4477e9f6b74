import AWSClient
import EventLoop
import Gateway
import Glibc
import HTTPServer

/// What `serve` was told, by flags and environment, checked.
struct ServeSettings: Sendable {
  /// The Athena that is called.
  enum Target: Sendable {
    case aws(AWSConfiguration)
    /// The one of this process, in whatever region calls name.
    case local(Region)
  }

  var isLocal: Bool {
    if case .local = target { true } else { false }
  }

  let listen: ListenAddress
  /// Who may connect to a unix socket; nil for its owner alone.
  let socketMode: mode_t?
  var workers: Int
  let target: Target
  let hosts: HostPolicy
  let basePath: BasePath
  let sessions: SessionDefaults
  let codeSources: CodeSources
  var limits: Limits
  let drainTimes: DrainTimes
  let seeing: Seeing
  /// nil for plain HTTP.
  let tls: TLSContext?
  /// nil for plain HTTP.
  let certificateFile: String?
  let requiresClientCertificate: Bool

  /// Throws one error that names all problems.
  init(_ flags: Serve, environment: [String: String]) throws {
    var problems = Problems()
    let listen = problems.noting("--listen") { try ListenAddress(parsing: flags.listen) }
    let target = Self.target(flags, environment, &problems)
    if let workers = flags.workers { problems.check("--workers", workers, in: 1...1024) }
    for host in flags.allowedHosts where !Self.isHostName(host) {
      problems.add("--allowed-host: '\(host.prefix(100))' is not a host name; leave out the port")
    }
    let basePath = flags.basePath.map(BasePath.init) ?? .root
    if basePath == nil {
      problems.add(
        "--base-path: '\(flags.basePath?.prefix(100) ?? "")' is not a path of letters, digits and -._~ "
          + "that begins with a slash and doesn't end in one, as in /athena")
    }
    let codeSources = flags.allowedCode.compactMap { uri in
      let source = CodeSources.Source(uri)
      if source == nil {
        problems.add(
          "--allowed-code: '\(uri.prefix(100))' is neither a bucket nor a prefix that ends in a slash, as "
            + "in s3://bucket/ and s3://bucket/prefix/")
      }
      return source
    }
    let sessions = flags.sessions.defaults(isLocal: flags.local, &problems)
    limits = flags.limits.limits(&problems)
    drainTimes = flags.drain.times(&problems)
    seeing = flags.seeing.seeing(&problems)
    let tls = TLSContext(flags, &problems)
    if flags.socketMode != nil, let listen, case .internet = listen {
      problems.add("--socket-mode: \(listen) is no unix socket, and has no mode; leave it out")
    }
    if let listen, !listen.isLoopback { Self.checkExposure(flags, listen, &problems) }
    guard let listen, let target, let basePath, problems.isEmpty else { throw problems.error }
    self.listen = listen
    self.target = target
    workers = flags.workers ?? Processors.available
    hosts = HostPolicy(isLoopback: listen.isLoopback, allowedHosts: flags.allowedHosts)
    self.basePath = basePath
    self.sessions = sessions
    self.codeSources = CodeSources(codeSources)
    self.tls = tls
    socketMode = flags.socketMode?.bits
    certificateFile = flags.tlsCertificate
    requiresClientCertificate = flags.tlsClientCA != nil
  }

  private static func target(
    _ flags: Serve, _ environment: [String: String], _ problems: inout Problems
  ) -> Target? {
    guard flags.local else {
      return AWSConfiguration(
        flags.aws, environment: environment, &problems,
        otherwise: "; or try 'athena-gateway serve --local'"
      ).map(Target.aws)
    }
    if flags.aws.endpointURL != nil {
      problems.add("--local and --endpoint-url: give one; the local Athena is the endpoint")
    }
    if flags.aws.profile != nil {
      problems.add("--local and --profile: give one; the local Athena has a key of its own")
    }
    let name = flags.aws.region ?? "us-east-1"
    guard let region = Region(name) else {
      problems.add("--region: '\(name.prefix(100))' is not the name of a region, as in eu-west-1")
      return nil
    }
    return .local(region)
  }

  /// How callers call.
  var scheme: String { tls == nil ? "http" : "https" }

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
          + "listen on 127.0.0.1, [::1] or unix:PATH")
    } else if !flags.allowAnonymous, flags.tlsClientCA == nil {
      problems.add(
        "--listen: everybody who reaches \(listen) could run code on Athena, since callers are not "
          + "asked who they are; ask for certificates with --tls-client-ca, or add --allow-anonymous "
          + "if that is meant")
    }
  }
}
