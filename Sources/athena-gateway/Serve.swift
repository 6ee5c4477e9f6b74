import ArgumentParser

/// `athena-gateway serve`: the gateway itself.
struct Serve: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serves the REST API and calls Athena for it.",
    discussion: """
      \(AWSFlags.discussion)

      With --local no AWS account is needed: a stand-in Athena runs in the same process, executes \
      the code with python3 on this machine, and has a session named 'demo'.

      SIGTERM ends the gateway once all requests are answered, after --drain-delay; SIGINT without that \
      delay; a second one of them at once. SIGHUP reads the files of TLS again. A signal that was ignored \
      at the start, as by nohup, stays so.

      A size is a number of bytes, KiB or MiB, such as 16KiB; a time a number of ms, s, m or h, or of \
      seconds alone, such as 10s or 10.
      """)

  @Flag(help: "Run against a local Athena in this process, which runs code on this machine.")
  var local = false

  @Option(
    help: ArgumentHelp(
      "The address to listen on: HOST:PORT, or unix:PATH for a unix socket.", valueName: "address"))
  var listen = "127.0.0.1:8080"

  @Option(
    name: .customLong("socket-mode"),
    help: ArgumentHelp(
      "Who may connect to the unix socket, in octal. (default: 0600, its owner alone)",
      valueName: "mode"),
    transform: FileMode.init(parsing:))
  var socketMode: FileMode?

  @Option(
    name: .customLong("base-path"),
    help: ArgumentHelp(
      "Serve everything under this path, as in /athena, for a proxy that shares its host name. /livez and "
        + "/readyz are at the root too. (default: the root)", valueName: "path"))
  var basePath: String?

  @OptionGroup(title: "AWS")
  var aws: AWSFlags

  @OptionGroup(title: "Sessions")
  var sessions: SessionFlags

  @Option(
    name: .customLong("allowed-code"),
    help: ArgumentHelp(
      "A place in S3 that codeUri may name: s3://BUCKET/ for all of a bucket, s3://BUCKET/PREFIX/ for the "
        + "keys that begin so; can be given several times. (default: none; callers send their code)",
      valueName: "uri"))
  var allowedCode: [String] = []

  @Option(help: "The number of workers. (default: one for each processor that the process may use)")
  var workers: Int?

  @Option(
    name: .customLong("allowed-host"),
    help: ArgumentHelp(
      "A host name that callers may use; can be given several times. (default: loopback names on a "
        + "loopback address, every name on another)", valueName: "name"))
  var allowedHosts: [String] = []

  @Option(
    name: .customLong("tls-certificate"),
    help: ArgumentHelp(
      "Speak HTTPS with this certificate and those that follow it in the file (PEM). SIGHUP reads it, "
        + "the key and the authorities again.", valueName: "file"))
  var tlsCertificate: String?

  @Option(
    name: .customLong("tls-key"),
    help: ArgumentHelp("The certificate's private key (PEM).", valueName: "file"))
  var tlsKey: String?

  @Option(
    name: .customLong("tls-client-ca"),
    help: ArgumentHelp(
      "Serve callers alone whose client certificate these authorities have signed (PEM).",
      valueName: "file"))
  var tlsClientCA: String?

  @Flag(
    help: ArgumentHelp(
      "Listen on an address that other machines can reach, although whoever reaches it may run code."
    )
  )
  var allowAnonymous = false

  @OptionGroup(title: "Limits")
  var limits: LimitFlags

  @OptionGroup(title: "Log and metrics")
  var seeing: SeeingFlags

  @OptionGroup(title: "The end")
  var drain: DrainFlags

  func run() throws {
    let settings = try ServeSettings(self, environment: Environment.current)
    Terminal.use(settings.seeing.format)
    try GatewayProcess(settings).run()
  }
}
