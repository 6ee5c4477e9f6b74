import EventLoop
import HTTPClient
import Testing

@Suite(.timeLimit(.minutes(1))) struct TransferLimitTests {
  private static let configuration = HTTPClient.Configuration(userAgent: "test", transfers: 50)

  @Test func `beyond the limit requests are refused, until others have had their deadlines`()
    async throws
  {
    let silent = RawServer { $0.waitForEnd() }
    let server = RawServer(answering: ConnectionTests.answer)
    let (errors, later) = try await withClient(Self.configuration) { client, loop in
      let errors = await loop.concurrently(80) { _ in
        let request = ClientRequest(.get, silent.url(), deadline: .milliseconds(500))
        return await client.outcome(of: request).error
      }
      let later = await loop.concurrently(50) { _ in
        await client.outcome(of: ClientRequest(.get, server.url())).text
      }
      return (errors, later)
    }
    #expect(
      errors == Array(repeating: .timeout("no answer in time"), count: 50)
        + Array(repeating: .overloaded(limit: 50), count: 30))
    #expect(later == Array(repeating: "hi", count: 50))
  }

  @Test func `streams without a reader are no reason to refuse others`() async throws {
    let streaming = RawServer { peer in
      _ = peer.readRequest()
      peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
      peer.waitForEnd()
    }
    let server = RawServer(answering: ConnectionTests.answer)
    let (other, errors) = try await withClient(Self.configuration) { client, _ in
      var streams: [StreamedResponse] = []
      for _ in 0..<50 {
        streams.append(try await client.open(ClientRequest(.get, streaming.url())))
      }
      let other = await client.outcome(of: ClientRequest(.get, server.url()))
      let beyond = await Self.errorOfOpening(streaming, client)
      streams[0].close()
      return (other, [beyond, await Self.errorOfOpening(streaming, client)])
    }
    #expect(other.text == "hi")
    #expect(errors == [.overloaded(limit: 50), nil])
  }

  @Test func `others can't have what they wait for refused`() async throws {
    let (began, ended) = (Signal<Void>(), Signal<Void>())
    let silent = RawServer {
      _ = $0.readRequest()
      began.fire(())
      $0.waitForEnd()
    }
    let server = RawServer(answering: ConnectionTests.answer)
    let outcomes = try await withClient(
      .init(userAgent: "test", transfers: 1)
    ) { client, loop in
      let first = loop.spawn {
        _ = await client.outcome(of: ClientRequest(.get, silent.url()))
        ended.fire(())
      }
      await began.wait()
      let second = await client.outcome(of: ClientRequest(.get, server.url()))
      let needed = await client.outcome(
        of: ClientRequest(.get, server.url(), isPrerequisite: true))
      first.cancel()
      await ended.wait()
      return [second, needed]
    }
    #expect(outcomes[0].error == .overloaded(limit: 1))
    #expect(outcomes[1].text == "hi")
  }

  private static func errorOfOpening(
    _ server: RawServer, _ client: HTTPClient
  ) async -> HTTPClientError? {
    do throws(HTTPClientError) {
      _ = try await client.open(ClientRequest(.get, server.url()))
      return nil
    } catch {
      return error
    }
  }
}
