import EventLoop
import Glibc
import Testing

@testable import HTTPClient

@Suite(.timeLimit(.minutes(1))) struct LookupTests {
  private static let configuration = HTTPClient.Configuration(
    userAgent: "test", connectDeadline: .milliseconds(300))

  @Test func `while a name has no answer, who needs none is served, and one lookup is made`()
    async throws
  {
    let server = RawServer(answering: ConnectionTests.answer)
    let names = ScriptedNames { _ in nil }
    let ends = try await withClient(names) { client, loop in
      let ends = Ends()
      let waiting = loop.spawn {
        let errors = await loop.concurrently(300) { _ in
          let error = await client.outcome(of: ClientRequest(.get, "http://silent.example/")).error
          ends.names.append("silent")
          return error
        }
        #expect(errors.allSatisfy { $0 == Self.unanswered("silent.example") })
      }
      await names.hasBegun()
      for url in [server.url(), "http://localhost:\(server.port)/"] {
        #expect(await client.outcome(of: ClientRequest(.get, url)).text == "hi")
        ends.names.append("served")
      }
      await waiting.value
      return ends.names
    }
    #expect(ends.prefix(2) == ["served", "served"])
    #expect(names.begun == ["silent.example"])
  }

  @Test func `so many names are looked up at once, also when many deadlines pass together`()
    async throws
  {
    let names = ScriptedNames { _ in nil }
    let errors = try await withClient(names) { client, loop in
      let hosts = (0..<200).map { "h\($0).example" }
      // Those that come later find the lookups still under way.
      let first = await loop.concurrently(200) {
        await client.outcome(of: ClientRequest(.get, "http://\(hosts[$0])/")).error
      }
      let second = await loop.concurrently(200) {
        await client.outcome(of: ClientRequest(.get, "http://\(hosts[$0])/")).error
      }
      return zip(hosts + hosts, first + second).map { $1 == Self.unanswered($0) }
    }
    #expect(errors.allSatisfy { $0 } && errors.count == 400)
    #expect(names.begun.count == Lookups.limit)
  }

  @Test func `the end of a lookup is the beginning of the next`() async throws {
    let names = ScriptedNames { _ in .failure(.init(reason: "none")) }
    let errors = try await withClient(names) { client, loop in
      await loop.concurrently(100) {
        await client.outcome(of: ClientRequest(.get, "http://h\($0).example/")).error
      }
    }
    #expect(
      errors == (0..<100).map { .resolve("Could not resolve host: h\($0).example: none") })
    #expect(names.begun.count == 100)
  }

  @Test func `addresses that come late serve those who wait by then`() async throws {
    let server = RawServer(answering: ConnectionTests.answer)
    let names = ScriptedNames { _ in nil }
    let url = "http://Late.example:\(server.port)/"
    let texts = try await withClient(names) { client, loop in
      let early = await client.outcome(of: ClientRequest(.get, url)).error
      #expect(early == Self.unanswered("late.example"))
      let waiting = Ends()
      let others = loop.spawn {
        waiting.names = await loop.concurrently(50) { _ in
          await client.outcome(of: ClientRequest(.get, url)).text ?? ""
        }
      }
      // The tasks have begun when the loop gets here again.
      await loop.turn()
      names.answer("late.example", .success(["127.0.0.1"]))
      await others.value
      // Known to libcurl by now, however the connections are.
      waiting.names.append(await client.outcome(of: ClientRequest(.get, url)).text ?? "")
      return waiting.names
    }
    #expect(texts == Array(repeating: "hi", count: 51))
    #expect(names.begun == ["late.example"])
  }

  @Test func `four thousand that fail together need no deep stack`() async throws {
    let names = ScriptedNames { _ in nil }
    let configuration = HTTPClient.Configuration(userAgent: "test", transfers: 4000)
    let errors = try await withClient(names, configuration, stack: 256 << 10) { client, loop in
      let errors = Ends()
      let waiting = loop.spawn {
        errors.names = await loop.concurrently(4000) { _ in
          let request = ClientRequest(.get, "http://name.example/")
          guard case .failed = await client.outcome(of: request).error else { return "" }
          return "failed"
        }
      }
      await names.hasBegun()
      // libcurl takes all of them at once, and none for an address.
      names.answer("name.example", .success(["nonsense"]))
      await waiting.value
      return errors.names
    }
    #expect(errors == Array(repeating: "failed", count: 4000))
  }

  @Test func `a proxy's name is the one that is looked up`() async throws {
    let names = ScriptedNames { _ in nil }
    let proxies = try Proxies(environment: ["http_proxy": "http://proxy.example:3128"])
    let configuration = HTTPClient.Configuration(
      userAgent: "test", connectDeadline: .milliseconds(50), proxies: proxies)
    let error = try await withClient(names, configuration) { client, _ in
      await client.outcome(of: ClientRequest(.get, "http://silent.example/")).error
    }
    let words = "Could not resolve proxy: proxy.example: no answer in time"
    #expect(error == .proxy("the proxy http://proxy.example:3128: \(words)"))
    #expect(names.begun == ["proxy.example"])
  }

  @Test func `a request's own deadline in a lookup is no lost answer`() async throws {
    let names = ScriptedNames { _ in nil }
    let configuration = HTTPClient.Configuration(userAgent: "test", connectDeadline: .seconds(3600))
    let error = try await withClient(names, configuration) { client, _ in
      let request = ClientRequest(.get, "http://silent.example/", deadline: .milliseconds(50))
      return await client.outcome(of: request).error
    }
    #expect(error == Self.unanswered("silent.example"))
  }

  @Test(arguments: [
    ("http://A.example/x", "a.example", 80, true), ("https://a.example", "a.example", 443, true),
    ("http://a.example:81/", "a.example", 81, true), ("http://127.0.0.1/", "127.0.0.1", 80, false),
    ("http://0x7f.1/", "127.0.0.1", 80, false), ("http://[::1]:8/", "[::1]", 8, false),
    ("http://localhost/", "localhost", 80, false),
    ("http://a.LOCALHOST/", "a.localhost", 80, false),
  ])
  func `hosts and ports are read as libcurl does`(
    url: String, name: String, port: Int, isToBeLookedUp: Bool
  ) throws {
    let host = try #require(Host(of: url, isProxy: false))
    #expect(host.name == name)
    #expect(host.port == port)
    #expect(host.isToBeLookedUp == isToBeLookedUp)
  }

  private static func unanswered(_ name: String) -> HTTPClientError {
    .resolve("Could not resolve host: \(name): no answer in time")
  }

  /// Runs a loop on a thread with so many bytes of stack.
  private func start(_ loop: EventLoop, stack: Int) -> pthread_t {
    var (attributes, thread) = (pthread_attr_t(), pthread_t())
    pthread_attr_init(&attributes)
    pthread_attr_setstacksize(&attributes, stack)
    let code = pthread_create(
      &thread, &attributes,
      { context in
        Unmanaged<EventLoop>.fromOpaque(context!).takeRetainedValue().runUntilStopped()
        return nil
      }, Unmanaged.passRetained(loop).toOpaque())
    precondition(code == 0, "no thread")
    return thread
  }

  /// As the harness has it, but for who looks names up, and for the stack.
  private func withClient<Value: Sendable>(
    _ names: ScriptedNames, _ configuration: HTTPClient.Configuration = Self.configuration,
    stack: Int = 8 << 20,
    _ body: @escaping @Sendable (HTTPClient, EventLoop) async throws -> Value
  ) async throws -> Value {
    let loop = try EventLoop()
    let thread = start(loop, stack: stack)
    defer {
      loop.stop()
      pthread_join(thread, nil)
    }
    return try await Task(executorPreference: loop) {
      let client = HTTPClient(on: loop, configuration: configuration) { names.begin($0, $1) }
      defer {
        client.close()
        names.end()
      }
      return try await body(client, loop)
    }.value
  }
}

/// What happened, in its order; touched on one loop alone.
private final class Ends {
  var names: [String] = []
}

extension EventLoop {
  /// Returns when all that is to be done now is done.
  fileprivate func turn() async {
    await withCheckedContinuation { done in postpone { self.postpone { done.resume() } } }
  }
}

/// Name servers that answer by a script, or, where that has none, when they are told to.
private final class ScriptedNames: Sendable {
  private struct State {
    var begun: [String] = []
    var open: [String: @Sendable (NameLookup.Answer) -> Void] = [:]
  }

  private let state = Lock(State())
  private let first = Signal<Void>()
  private let script: @Sendable (String) -> NameLookup.Answer?

  init(_ script: @escaping @Sendable (String) -> NameLookup.Answer?) {
    self.script = script
  }

  /// The names that somebody began to look up.
  var begun: [String] { state.withLock { $0.begun } }

  func hasBegun() async { await first.wait() }

  func begin(_ name: String, _ completion: @escaping @Sendable (NameLookup.Answer) -> Void) {
    let answer = script(name)
    state.withLock {
      $0.begun.append(name)
      if answer == nil { $0.open[name] = completion }
    }
    first.fire(())
    if let answer { completion(answer) }
  }

  func answer(_ name: String, _ answer: NameLookup.Answer) {
    state.withLock { $0.open.removeValue(forKey: name) }?(answer)
  }

  /// Answers all that is open, as the system's resolver does some time.
  func end() {
    let open = state.withLock { state in
      defer { state.open = [:] }
      return Array(state.open.values)
    }
    for completion in open { completion(.failure(.init(reason: "the end"))) }
  }
}
