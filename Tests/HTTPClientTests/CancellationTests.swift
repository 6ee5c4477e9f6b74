import EventLoop
import HTTPClient
import Testing

@Suite(.timeLimit(.minutes(1))) struct CancellationTests {
  /// A server that never answers and tells of each request, and of each end of a connection.
  private func silentServer(
    began: Signal<Void>, ended: Signal<Void>, answer: String = ""
  ) -> RawServer {
    RawServer { peer in
      _ = peer.readRequest()
      peer.write(answer)
      began.fire(())
      peer.waitForEnd()
      ended.fire(())
    }
  }

  @Test func `a task that is cancelled ends its transfer, and the connection with it`()
    async throws
  {
    let (began, ended) = (Signal<Void>(), Signal<Void>())
    let server = silentServer(began: began, ended: ended)
    let outcomes = try await withClient { client, loop in
      let outcomes = Outcomes()
      let task = loop.spawn {
        outcomes.values.append(await client.outcome(of: ClientRequest(.get, server.url())))
      }
      await began.wait()
      task.cancel()
      await task.value
      await ended.wait()
      return outcomes.values
    }
    #expect(outcomes.map(\.error) == [.closed])
  }

  @Test(arguments: [false, true])
  func `a task that is cancelled before its tick is over sends nothing`(hasBegun: Bool)
    async throws
  {
    let server = RawServer(answering: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    let outcomes = try await withClient { client, loop in
      let outcomes = Outcomes()
      let task = loop.spawn {
        outcomes.values.append(await client.outcome(of: ClientRequest(.get, server.url())))
      }
      if hasBegun { loop.spawn { task.cancel() } } else { task.cancel() }
      await task.value
      // Its connection would have been accepted before this one.
      outcomes.values.append(await client.outcome(of: ClientRequest(.get, server.url())))
      return outcomes.values
    }
    #expect(outcomes.map(\.error) == [.closed, nil])
    #expect(server.connections == 1)
  }

  @Test func `a stream that is being read ends with its reader's task`() async throws {
    let (began, ended) = (Signal<Void>(), Signal<Void>())
    let server = silentServer(began: began, ended: ended, answer: StreamTests.chunked)
    let outcomes = try await withClient { client, loop in
      let outcomes = Outcomes()
      let task = loop.spawn {
        do throws(HTTPClientError) {
          let stream = try await client.open(ClientRequest(.get, server.url()))
          _ = try await stream.read()
        } catch {
          outcomes.values.append(.failure(error))
        }
      }
      await began.wait()
      task.cancel()
      await task.value
      await ended.wait()
      return outcomes.values
    }
    #expect(outcomes.map(\.error) == [.closed])
  }
}

/// Touched on one loop alone.
private final class Outcomes {
  var values: [Outcome] = []
}
