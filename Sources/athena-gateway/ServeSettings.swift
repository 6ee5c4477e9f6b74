import AWSClient
import EventLoop
import Files
import Gateway
import Glibc
import HTTPClient
import HTTPServer

/// What `serve` was told, checked.
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

  let listen: Setting<ListenAddress>
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
  let tlsFiles: TLSFiles?
  let callers: CallerSettings
  /// Whether those are served too who could say who they are, and don't.
  let allowsAnonymous: Bool
  /// nil where each caller may do everything.
  let policy: ReloadedFile<Policy>?
  let proxies: TrustedProxies
  let callerLimits: CallerLimits
  /// Calls to AWS that a worker may have under way.
  let upstreamCalls: Int

  /// Throws one error that names all problems.
  init(_ flags: ServeFlags, _ reader: inout SettingsReader) throws {
    let isLocal = reader.isOn("local", flag: flags.local)
    allowsAnonymous = reader.isOn("allow-anonymous", flag: flags.allowAnonymous)
    let listen = reader.value(flags.listen)
    self.listen = Setting(listen, from: reader.label(flags.listen.name))
    socketMode = reader.value(flags.socketMode)?.bits
    basePath = reader.value(flags.basePath) ?? .root
    let target = Self.target(flags.aws, isLocal: isLocal, &reader)
    sessions = flags.sessions.defaults(isLocal: isLocal, &reader)
    codeSources = CodeSources(reader.list(flags.allowedCode))
    workers = reader.value(flags.workers) ?? Processors.available
    hosts = HostPolicy(
      isLoopback: listen.isLoopback, allowedHosts: reader.list(flags.allowedHosts),
      allowedOrigins: AllowedOrigins(reader.list(flags.allowedOrigins)))
    let tls = flags.tls.context(&reader)
    self.tls = tls?.context
    tlsFiles = tls?.files
    callers = flags.callers.settings(&reader)
    limits = flags.limits.limits(&reader)
    drainTimes = flags.drain.times(&reader)
    policy = flags.access.policyFile(&reader)
    proxies = TrustedProxies(reader.list(flags.access.trustedProxies))
    callerLimits = flags.fairness.limits(&reader)
    upstreamCalls = reader.value(flags.fairness.maxUpstreamCalls)
    seeing = flags.seeing.seeing(&reader)
    if socketMode != nil, case .internet = listen {
      reader.fault(
        flags.socketMode, "\(listen) is no unix socket, and has no mode; leave it out")
    }
    if !listen.isLoopback {
      if isLocal {
        reader.fault(flags.listen, Self.localExposure(listen))
      } else if !allowsAnonymous, !flags.callers.areSet(reader),
        !reader.isSet(flags.tls.clientAuthorities)
      {
        reader.fault(flags.listen, Self.exposure(listen))
      }
    }
    reader.refuseUnknownNames()
    guard let target, reader.problems.isEmpty else { throw reader.problems.error }
    self.target = target
  }

  private static func target(
    _ flags: AWSFlags, isLocal: Bool, _ reader: inout SettingsReader
  ) -> Target? {
    let settings = flags.settings(&reader)
    guard isLocal else {
      return AWSConfiguration(
        settings, environment: Environment.current, &reader.problems,
        otherwise: "; or try 'athena-gateway serve --local'"
      ).map(Target.aws)
    }
    if let url = settings.endpointURL {
      reader.problems.add(
        "--local and \(url.source): give one; the local Athena is the endpoint")
    }
    if let profile = settings.profile {
      reader.problems.add(
        "--local and \(profile.source): give one; the local Athena has a key of its own")
    }
    let name = settings.region?.value ?? "us-east-1"
    guard let region = Region(name) else {
      reader.fault(
        flags.region, "\(name.quoted) is not the name of a region, as in eu-west-1")
      return nil
    }
    return .local(region)
  }

  /// How others than callers and Athena are called.
  var client: HTTPClient.Configuration {
    switch target {
    case .aws(let configuration): configuration.client
    case .local: .init(userAgent: AthenaGateway.userAgent)
    }
  }

  private static func localExposure(_ listen: ListenAddress) -> String {
    "with --local everybody who reaches \(listen) could run code on this machine; listen on 127.0.0.1, "
      + "[::1] or unix:PATH"
  }

  private static func exposure(_ listen: ListenAddress) -> String {
    "everybody who reaches \(listen) could run code on Athena, since callers are not asked who they are; "
      + "ask them with --api-keys, --jwt-issuer or --tls-client-ca, or add --allow-anonymous if that is meant"
  }

  /// The files of keys and policy, which may change.
  var operatorFiles: [OperatorFile] {
    callers.files + (policy.map { [OperatorFile($0, of: "policy")] } ?? [])
  }

  /// How callers call.
  var scheme: String { tls == nil ? "http" : "https" }

  /// Whether callers can be known by client certificates.
  var takesClientCertificates: Bool { tlsFiles?.clientAuthorities != nil }
}
