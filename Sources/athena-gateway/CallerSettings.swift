import AWSClient
import Callers
import EventLoop
import Files
import HTTPClient
import HTTPMessage
import Logging

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

  /// Those of its files that may change.
  var files: [OperatorFile] {
    [
      apiKeys.map { OperatorFile($0, of: "API keys") },
      keySet.map { OperatorFile($0, of: "keys of JWTs") },
    ].compactMap { $0 }
  }

  /// Fetches what is at URLs from now on.
  ///
  /// - Parameters:
  ///   - client: How the issuer is called.
  ///   - logger: Told of what becomes of its keys.
  func ways(
    client: HTTPClient.Configuration, certificates: Bool, allowsAnonymous: Bool, _ logger: Logger
  ) throws -> Authenticator.Ways {
    Authenticator.Ways(
      keys: apiKeys,
      tokens: try tokens.map { tokens in
        (tokens.rules, try Self.keys(tokens.source, client, logger))
      },
      certificates: certificates, allowsAnonymous: allowsAnonymous)
  }

  private static func keys(
    _ source: Tokens.Source, _ client: HTTPClient.Configuration, _ logger: Logger
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
        onNews: { logger.tell($0, ofKeysAt: MaskedURL(place.url)) })
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
}

extension Logger {
  fileprivate func tell(_ news: IssuerKeys.News, ofKeysAt url: MaskedURL) {
    let subject = "keys of JWTs"
    switch news {
    case .first: notice("\(subject): fetched from \(url), and in use")
    case .missing(let fault):
      let seconds = IssuerKeys.pause.components.seconds
      error(
        """
        \(subject): \(fault); until there are some, requests with a JWT are answered with 503; they are asked for again \
        in \(seconds) s, and at SIGHUP
        """)
    case .later(let news): tell(news, of: subject, at: url.description)
    }
  }
}
