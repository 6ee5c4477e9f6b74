import AWSClient
import ArgumentParser
import EventLoop
import HTTPClient
import HTTPServer
import JSON

/// `athena-gateway healthcheck`: whether a gateway answers, for containers without a shell.
struct Healthcheck: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "healthcheck",
    abstract: "Asks a gateway on this machine whether it lives; for a container's health check.",
    discussion: """
      It asks for /livez where 'serve' with the same settings listens: it takes the flags of 'serve', \
      and reads its variables and file. So what 'serve' is told by flags it must be told too. The exit status \
      is 0 where the gateway answers with 200 within 2 s, and 1 where it doesn't.

      With --ready it asks for /readyz, which fails while the gateway ends: that is for who sends requests \
      to it, and not for who restarts it.

      The certificate of a gateway with TLS is not verified: it is for callers, by their name for it, and this \
      tells it nothing. With --url it is, by the system's authorities.

      \(ConfigurationFlags.discussion)
      """)

  @OptionGroup(visibility: .hidden)
  var flags: ServeFlags

  @Option(
    help: ArgumentHelp(
      "The gateway's URL, in place of the settings' own: what /livez is appended to.",
      valueName: "url"))
  var url: String?

  @Flag(help: "Ask for /readyz, and not for /livez.")
  var ready = false

  func run() throws {
    let place = try place()
    let address = place.url + (ready ? "/readyz" : "/livez")
    let request = ClientRequest(.get, address, deadline: .seconds(2))
    let thread = try LoopThread(name: "healthcheck")
    defer { thread.stopAndJoin() }
    let answer = try thread.runBlocking { loop in
      let http = HTTPClient(on: loop, configuration: place.client)
      defer { http.close() }
      return await Self.answer(to: request, http)
    }
    switch answer {
    case .success(let answer) where answer.status == 200:
      print("\(place) answers \(ready ? "/readyz" : "/livez") with 200")
    case .success(let answer):
      throw SettingsError(
        description: "\(place) answers with \(answer.status)\(Self.problem(of: answer))")
    case .failure(.connect) where place.client.unixSocket != nil:
      throw SettingsError(
        description: "\(place) doesn't answer: nobody listens there, or this user may not connect")
    case .failure(let error):
      throw SettingsError(description: "\(place) doesn't answer: \(error.words)")
    }
  }

  /// The gateway's words for what is wrong; nothing where it has none.
  private static func problem(of answer: ClientResponse) -> String {
    guard let document = (try? JSONValue(parsing: answer.body))?.asObject,
      let code = document["code"]?.asString, let detail = document["detail"]?.asString
    else { return "" }
    return ", \(code): \(detail)".printable
  }

  private static func answer(
    to request: ClientRequest, _ http: HTTPClient
  ) async -> Result<ClientResponse, HTTPClientError> {
    do throws(HTTPClientError) {
      return .success(try await http.send(request))
    } catch {
      return .failure(error)
    }
  }

  private func place() throws -> GatewayPlace {
    if let url {
      return GatewayPlace(url: url.hasSuffix("/") ? String(url.dropLast()) : url)
    }
    var reader = try flags.configuration.reader()
    let listen = reader.value(flags.listen)
    let isTLS = reader.value(flags.tls.certificate) != nil
    if listen.port == 0 {
      reader.fault(flags.listen, "the system chose the port; say which it is, with --url")
    }
    guard reader.problems.isEmpty else { throw reader.problems.error }
    return GatewayPlace(listen, isTLS: isTLS)
  }
}

/// Where a gateway is asked.
private struct GatewayPlace: CustomStringConvertible {
  /// Without a slash at its end.
  let url: String
  /// What it is called in messages.
  let description: String
  let client: HTTPClient.Configuration

  /// Anybody's.
  init(url: String) {
    self.url = url
    description = "\(URLText(parsing: url))"
    client = .init(userAgent: AthenaGateway.userAgent)
  }

  /// This machine's.
  init(_ listen: ListenAddress, isTLS: Bool) {
    let scheme = isTLS ? "https" : "http"
    var client = HTTPClient.Configuration(userAgent: AthenaGateway.userAgent)
    client.verifiesServer = false
    switch listen {
    case .internet(let address):
      url = "\(scheme)://\(address.localAuthority)"
      description = url
    case .unix(let path):
      url = "\(scheme)://localhost"
      description = listen.url(scheme)
      client.unixSocket = path
    }
    self.client = client
  }
}
