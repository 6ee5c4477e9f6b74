public import EventLoop

/// An HTTP/1.1 client on one event loop: libcurl makes its connections, which are kept for later requests.
///
/// Redirects are answers like any other; a request that meets a kept connection which the peer has
/// just closed is sent once more on a new one. Every entry must be called on the loop's thread. The
/// process ignores SIGPIPE from the first client on.
public final class HTTPClient {
  private let pool: ConnectionPool

  public convenience init(on loop: EventLoop, configuration: Configuration) {
    self.init(on: loop, configuration: configuration, lookUp: NameLookup.begin)
  }

  /// - Parameter lookUp: What looks names up, for tests.
  init(
    on loop: EventLoop, configuration: Configuration, lookUp: @escaping Lookups.Begin
  ) {
    pool = ConnectionPool(loop: loop, configuration: configuration, lookUp: lookUp)
  }

  /// Ends what is under way with ``HTTPClientError/closed``.
  deinit { pool.close() }

  /// Sends a request and waits for the whole answer, whatever its status.
  ///
  /// The caller's task may be cancelled, on the loop: the transfer ends then with
  /// ``HTTPClientError/closed``.
  public func send(_ request: ClientRequest) async throws(HTTPClientError) -> ClientResponse {
    let transfer = try pool.start(request, as: .whole)
    await transfer.reach(.end)
    return try transfer.takeWhole()
  }

  /// Sends a request and returns as soon as the head of its answer is there, whatever its status.
  public func open(_ request: ClientRequest) async throws(HTTPClientError) -> StreamedResponse {
    let transfer = try pool.start(request, as: .stream)
    await transfer.reach(.head)
    do throws(HTTPClientError) {
      return try StreamedResponse(transfer)
    } catch {
      // Nobody will read what comes behind such a head.
      transfer.discard()
      throw error
    }
  }

  /// Ends what is under way with ``HTTPClientError/closed``, closes all connections and refuses
  /// later requests with the same.
  public func close() {
    pool.close()
  }
}
