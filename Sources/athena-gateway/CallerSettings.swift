import AWSClient
import Callers
import EventLoop
import Files
import HTTPClient
import HTTPMessage

/// How callers say who they are, beside certificates.
struct CallerSettings: Sendable {
  struct Tokens: Sendable {
    enum Source: Sendable {
      case file(ReloadedFile<KeySet>)
      case place(KeyPlace)
    }

    let rules: TokenRules
    let source: Source
  }

  let apiKeys: ReloadedFile<APIKeys>?
  let tokens: Tokens?

  var areThere: Bool { apiKeys != nil || tokens != nil }

  private var keySet: ReloadedFile<KeySet>? {
    if case .file(let file) = tokens?.source { file } else { nil }
  }

  /// Watches the files from now on, and fetches what is at URLs.
  ///
  /// - Parameter client: How the issuer is called.
  func begin(
    client: HTTPClient.Configuration, certificates: Bool, allowsAnonymous: Bool
  ) throws -> Authenticator.Ways {
    if apiKeys != nil || keySet != nil {
      try LoopThread.everySecond("callers") { [apiKeys, keySet] second in
        apiKeys?.look(at: second)
        keySet?.look(at: second)
      }
    }
    return Authenticator.Ways(
      keys: apiKeys,
      tokens: try tokens.map { tokens in (tokens.rules, try Self.keys(tokens.source, client)) },
      certificates: certificates, allowsAnonymous: allowsAnonymous)
  }

  /// Reads the files again at once.
  func reload() {
    apiKeys?.reload()
    keySet?.reload()
  }

  private static func keys(
    _ source: Tokens.Source, _ client: HTTPClient.Configuration
  ) throws -> TokenKeys {
    switch source {
    case .file(let file): return .file(file)
    case .place(let place):
      let thread = try LoopThread(name: "issuer")
      let client = try thread.runBlocking { loop in
        LoopBound(HTTPClient(on: loop, configuration: client), to: loop)
      }
      let keys = IssuerKeys(
        place, on: thread.loop, get: { await get($0, client) },
        onNews: { tell($0, of: "keys of JWTs", at: place.url) })
      keys.keepFresh()
      return .issuer(keys)
    }
  }

  private static func get(
    _ url: String, _ client: LoopBound<HTTPClient>
  ) async -> Result<IssuerKeys.Document, FileFault> {
    let request = ClientRequest(
      .get, url, fields: [("Accept", "application/json")], answerLimit: KeySet.sizeLimit,
      deadline: .seconds(5))
    do throws(HTTPClientError) {
      let response = try await client.value.send(request)
      guard response.status == 200 else {
        return .failure(FileFault("the answer is \(response.status) and not 200"))
      }
      let cacheControl = response.fields.all.filter { $0.name.lowercased() == "cache-control" }
      return .success(
        .init(
          bytes: response.body,
          cacheControl: cacheControl.map(\.value).joined(separator: ",")))
    } catch {
      return .failure(FileFault(error.words))
    }
  }

  static func tell(_ news: FileNews, of what: String, at place: String) {
    switch news {
    case .changed: Terminal.say("\(what): those of \(place) are in use")
    case .kept(let fault):
      Terminal.complain("\(what): \(fault); what was known before stays in use")
    }
  }
}
