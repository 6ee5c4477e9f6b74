import EventLoop
import HTTPClient
import SigV4
import Testing

@testable import AWSClient

@Suite(.timeLimit(.minutes(1))) struct CredentialsStoreTests {
  private static let broken = CredentialsError(source: "scripted", "it is broken; mend it")

  /// Runs `body` with a question: the key id that a call would be signed with now, or the error's words.
  private func withStore<Value: Sendable>(
    _ store: CredentialsStore, _ clock: Clock,
    _ body: @escaping @Sendable (_ id: () async -> String, AWSContext) async throws -> Value
  ) async throws -> Value {
    try await withWorker(
      AWSShared(credentials: store, retries: RetryPolicy(attempts: 1)), clock: clock
    ) { context in
      try await body({ await Self.id(store, context.tools) }, context)
    }
  }

  private static func id(_ store: CredentialsStore, _ tools: CredentialsTools) async -> String {
    do throws(AWSError) {
      return try await store.credentials(with: tools).accessKeyID
    } catch {
      return "\(error)"
    }
  }

  @Test func `credentials without an end are asked for once, and their files once a second`()
    async throws
  {
    let clock = Clock()
    let source = ScriptedSource(lifetime: nil, from: clock)
    try await withStore(CredentialsStore(source), clock) { id, _ in
      for _ in 0..<5 {
        for _ in 0..<100 { #expect(await id() == "AKID1") }
        clock.advance(by: 1)
      }
    }
    #expect(source.asked == 1)
    #expect(source.looks == 5)
  }

  @Test func `a thousand requests of two workers at the end of the credentials cause one refresh`()
    async throws
  {
    let clock = Clock()
    let source = ScriptedSource(lifetime: 3600, from: clock)
    let store = CredentialsStore(source)
    try await withStore(store, clock) { id, _ in #expect(await id() == "AKID1") }
    clock.advance(by: 3600)
    source.hold()
    let threads = try (0..<2).map { try LoopThread(name: "worker-\($0)") }
    defer { for thread in threads { thread.stopAndJoin() } }
    let ids = try await withThrowingTaskGroup(of: [String].self) { group in
      for thread in threads {
        let loop = thread.loop
        group.addTask(executorPreference: loop) {
          let client = HTTPClient(on: loop, configuration: .init(userAgent: "test"))
          defer { client.close() }
          let tools = CredentialsTools(loop: loop, http: client, clock: { clock.now })
          let bound = LoopBound(tools, to: loop)
          let tasks = (0..<500).map { _ in
            Task(executorPreference: loop) { await Self.id(store, bound.value) }
          }
          // They are begun in turn, so all of them wait by then.
          try await loop.pause(for: .zero)
          try await loop.pause(for: .zero)
          source.release()
          var ids: [String] = []
          for task in tasks { ids.append(await task.value) }
          bound.end()
          return ids
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    #expect(ids.count == 1000 && Set(ids) == ["AKID2"])
    #expect(source.asked == 2)
  }

  @Test func `in the advisory window the old ones serve while others are asked for`() async throws {
    let clock = Clock()
    let source = ScriptedSource(lifetime: 3600, from: clock)
    let store = CredentialsStore(source, random: { 0 })
    try await withStore(store, clock) { id, context in
      #expect(await id() == "AKID1")
      clock.advance(by: 3600 - 900)
      source.hold()
      for _ in 0..<10 { #expect(await id() == "AKID1") }
      source.release()
      while source.asked < 2 { try await context.pause(.zero) }
      while await id() != "AKID2" { try await context.pause(.zero) }
    }
    #expect(source.asked == 2)
  }

  @Test func `who asks whether there are any has them renewed before they end`() async throws {
    let clock = Clock()
    let source = ScriptedSource(lifetime: 3600, from: clock)
    try await withStore(CredentialsStore(source, random: { 0 }), clock) { _, context in
      #expect(await context.hasCredentials(within: .seconds(10)))
      clock.advance(by: 3600 - 900)
      #expect(await context.hasCredentials(within: .seconds(10)))
      for _ in 0..<3 { try await context.pause(.zero) }
      #expect(source.asked == 2)
    }
  }

  @Test func `an advisory refresh that fails is tried again after a minute, and told`() async throws
  {
    let clock = Clock()
    let source = ScriptedSource { number in
      number == 1 ? .success(key(1, until: clock.now + 3600)) : .failure(Self.broken)
    }
    let told = Lock([Bool]())
    let store = CredentialsStore(
      source, random: { 0 },
      onFailure: { error, serves in
        #expect(error == Self.broken)
        told.withLock { $0.append(serves) }
      })
    try await withStore(store, clock) { id, context in
      _ = await id()
      clock.advance(by: 3600 - 900)
      for second in 0..<130 {
        #expect(await id() == "AKID1")
        for _ in 0..<3 { try await context.pause(.zero) }
        #expect(source.asked == 2 + second / 60)
        clock.advance(by: 1)
      }
    }
    // The old ones serve on, and it is told that they do.
    #expect(told.withLock { $0 } == [true, true, true])
  }

  @Test
  func `a failure is told anew when the old ones don't serve any more, or when it is another`()
    async throws
  {
    let clock = Clock()
    let source = ScriptedSource { number in
      if number == 1 { return .success(key(1, until: clock.now + 3600)) }
      return .failure(number < 5 ? Self.broken : CredentialsError(source: "s", "\(number)"))
    }
    let told = Lock<[String]>([])
    let store = CredentialsStore(
      source, random: { 0 },
      onFailure: { error, serves in told.withLock { $0.append("\(serves) \(error)") } })
    try await withStore(store, clock) { id, context in
      _ = await id()
      clock.advance(by: 3600 - 451)
      _ = await id()
      while told.withLock(\.isEmpty) { try await context.pause(.zero) }
      for _ in 1...12 {
        clock.advance(by: 1)
        _ = await id()
      }
    }
    // The third and the fourth are no news; the fifth is by the tenth second.
    #expect(
      told.withLock { $0 } == ["true \(Self.broken)", "false \(Self.broken)", "false s: 13"])
  }

  @Test func `whose credentials they are is told at first and when it changes, and no renewal is`()
    async throws
  {
    let clock = Clock()
    let end = clock.now + 3600
    func keys(_ id: String, until end: Int? = nil, account: String? = nil, origin: String = "a")
      -> ResolvedCredentials
    {
      ResolvedCredentials(
        Credentials(accessKeyID: id, secretAccessKey: "s"), expiration: end, accountID: account,
        origin: origin)
    }
    let found = [
      keys("1", until: end), keys("2", until: end),  // A renewal.
      keys("3", until: end, origin: "b"), keys("4", until: end, account: "1", origin: "b"),
      keys("5", account: "1", origin: "b"), keys("5", account: "1", origin: "b"),  // Read again.
      keys("6", account: "1", origin: "b"),
    ]
    let source = ScriptedSource { .success(found[$0 - 1]) }
    let told = Lock<[String]>([])
    let store = CredentialsStore(
      source, onChange: { new in told.withLock { $0.append(new.credentials.accessKeyID) } })
    try await withStore(store, clock) { id, _ in
      for number in found.indices {
        #expect(await id() == found[number].credentials.accessKeyID)
        source.change()
        clock.advance(by: 1)
      }
    }
    #expect(told.withLock { $0 } == ["1", "3", "4", "5", "6"])
  }

  @Test func `in the mandatory window everybody waits, and a failure is everybody's`() async throws
  {
    let clock = Clock()
    let source = ScriptedSource { number in
      number == 2 ? .failure(Self.broken) : .success(key(number, until: clock.now + 3600))
    }
    try await withStore(CredentialsStore(source), clock) { id, context in
      _ = await id()
      clock.advance(by: 3600 - 450)
      source.hold()
      let bound = LoopBound(context, to: context.tools.loop)
      let tasks = (0..<3).map { _ in
        Task(executorPreference: context.tools.loop) {
          await Self.id(bound.value.shared.credentials, bound.value.tools)
        }
      }
      while source.asked < 2 { try await context.pause(.zero) }
      source.release()
      for task in tasks {
        // Nothing of what the source says: the error goes on to callers.
        #expect(await task.value == "\(AWSError.noCredentials(source: "scripted"))")
      }
      // It is not kept.
      clock.advance(by: 1)
      #expect(source.asked == 2)
      #expect(await id() == "AKID3")
      bound.end()
    }
  }

  @Test func `where there are none, a source that fails is asked once a second`() async throws {
    let clock = Clock()
    let source = ScriptedSource { number in
      number < 3 ? .failure(Self.broken) : .success(key(number))
    }
    try await withStore(CredentialsStore(source), clock) { id, _ in
      for second in 1...2 {
        for _ in 0..<100 { #expect(await id() == "\(AWSError.noCredentials(source: "scripted"))") }
        #expect(source.asked == second)
        clock.advance(by: 1)
      }
      #expect(await id() == "AKID3")
    }
  }

  @Test func `where there are none, changed files are read at once`() async throws {
    let source = ScriptedSource { number in
      number == 1 ? .failure(Self.broken) : .success(key(number))
    }
    try await withStore(CredentialsStore(source), Clock()) { id, _ in
      #expect(await id() == "\(AWSError.noCredentials(source: "scripted"))")
      source.change()
      #expect(await id() == "AKID2")
    }
  }

  @Test func `credentials that have expired when they come are an error`() async throws {
    let clock = Clock()
    let source = ScriptedSource { _ in .success(key(1, until: clock.now)) }
    let told = Lock([String]())
    let store = CredentialsStore(
      source, onFailure: { error, serves in told.withLock { $0.append("\(serves) \(error)") } })
    try await withStore(store, clock) { id, _ in
      #expect(await id() == "\(AWSError.noCredentials(source: "scripted"))")
    }
    #expect(
      told.withLock { $0 } == [
        "false scripted: the credentials of scripted have expired; renew them"
      ])
  }

  @Test func `callers learn the name of a source, and not whose profile or role it is`()
    async throws
  {
    let clock = Clock()
    let names = ["custom-process (profile p)", "iam-role, role r", "env"]
    for (origin, name) in zip(names, ["custom-process", "iam-role", "env"]) {
      let source = ScriptedSource { _ in
        let found = key(1, until: clock.now)
        return .success(
          ResolvedCredentials(found.credentials, expiration: found.expiration, origin: origin))
      }
      try await withStore(CredentialsStore(source), clock) { id, _ in
        #expect(await id() == "\(AWSError.noCredentials(source: name))")
      }
    }
    let nothing = CredentialsStore(CredentialsChain([]))
    try await withStore(nothing, clock) { id, _ in
      #expect(await id() == "\(AWSError.noCredentials(source: nil))")
    }
  }

  @Test func `where no source is configured, the message says what to set`() async throws {
    let clock = Clock()
    let store = CredentialsStore(ScriptedSource { _ in .success(nil) })
    let words = try await withStore(store, clock) { _, context in
      do throws(CredentialsError) {
        return "\(try await store.resolved(with: context.tools))"
      } catch {
        return "\(error)"
      }
    }
    #expect(words.contains("AWS_ACCESS_KEY_ID"))
  }

  @Test func `a changed file is read before the next call, and a broken one leaves the old ones`()
    async throws
  {
    let clock = Clock()
    let source = ScriptedSource { number in
      number == 3 ? .failure(Self.broken) : .success(key(number))
    }
    try await withStore(CredentialsStore(source), clock) { id, _ in
      var ids = [await id()]
      for _ in 0..<3 {
        source.change()
        // Within the same second nobody looks.
        ids.append(await id())
        clock.advance(by: 1)
        ids.append(await id())
      }
      #expect(ids == ["AKID1", "AKID1", "AKID2", "AKID2", "AKID2", "AKID2", "AKID4"])
    }
  }

  @Test func `changed files that hang hold up the calls of one second, and not for ever`()
    async throws
  {
    let clock = Clock()
    let source = ScriptedSource { .success(key($0)) }
    try await withStore(CredentialsStore(source), clock) { id, context in
      #expect(await id() == "AKID1")
      source.hold()
      source.change()
      clock.advance(by: 1)
      #expect(await id() == "AKID1")
      let begin = ContinuousClock.now
      for _ in 0..<100 {
        clock.advance(by: 1)
        #expect(await id() == "AKID1")
      }
      // A wait of a second each would be a hundred.
      #expect(ContinuousClock.now - begin < .seconds(30))
      #expect(source.asked == 2)
      source.release()
      while await id() != "AKID2" { try await context.pause(.zero) }
    }
    #expect(source.asked == 2)
  }

  @Test func `files that gave nothing are asked again a while later, though they have not changed`()
    async throws
  {
    let clock = Clock()
    let source = ScriptedSource { number in
      number == 2 ? .failure(Self.broken) : .success(key(number))
    }
    try await withStore(CredentialsStore(source), clock) { id, context in
      var ids = [await id()]
      source.change()
      for seconds in [1, 1, 10] {
        clock.advance(by: seconds)
        ids.append(await id())
      }
      // Behind the calls: they have waited for these files once.
      #expect(ids == ["AKID1", "AKID1", "AKID1", "AKID1"])
      while await id() != "AKID3" { try await context.pause(.zero) }
    }
  }

  @Test func `the end of the request that began a refresh doesn't end it`() async throws {
    let clock = Clock()
    let source = ScriptedSource(lifetime: 3600, from: clock)
    source.hold()
    try await withStore(CredentialsStore(source), clock) { id, context in
      let bound = LoopBound(context, to: context.tools.loop)
      let gone = Task(executorPreference: context.tools.loop) {
        await Self.id(bound.value.shared.credentials, bound.value.tools)
      }
      await source.waitUntilAsked()
      gone.cancel()
      #expect(await gone.value == "\(AWSError.noCredentials(source: "scripted"))")
      source.release()
      #expect(await id() == "AKID1")
      bound.end()
    }
    #expect(source.asked == 1)
  }

  @Test func `refused credentials are replaced, once in a while`() async throws {
    let clock = Clock()
    let source = ScriptedSource { .success(key(min($0, 2))) }
    let store = CredentialsStore(source)
    try await withStore(store, clock) { id, context in
      #expect(await id() == "AKID1")
      #expect(await store.replace(key(1).credentials, with: context.tools))
      #expect(await id() == "AKID2")
      // Who was refused with the first ones finds others.
      #expect(await store.replace(key(1).credentials, with: context.tools))
      #expect(source.asked == 2)
      // The source has no others yet.
      #expect(await !store.replace(key(2).credentials, with: context.tools))
      #expect(source.asked == 2)
      clock.advance(by: 10)
      #expect(await !store.replace(key(2).credentials, with: context.tools))
      #expect(source.asked == 3)
    }
  }
}
