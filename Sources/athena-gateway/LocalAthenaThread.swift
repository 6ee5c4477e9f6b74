import EventLoop
import HTTPServer
import LocalAthena

/// A local Athena on a thread of its own.
struct LocalAthenaThread {
  /// Where it listens, the port that was chosen included.
  let address: ListenAddress

  private let thread: LoopThread
  private let athena: LoopBound<LocalAthena>
  private let remains: Remains
  /// Whether there is a Python, which is asked for while others call already.
  private let check: Task<Void, Never>

  /// - Parameter address: A port of the system's choice, on loopback, where not given.
  init(_ address: ListenAddress? = nil, allowsRemoteCode: Bool = false) throws {
    let address = address ?? .loopback(port: 0)
    let thread = try LoopThread(name: "local-athena")
    let port: UInt16
    do {
      (athena, remains, port) = try thread.runBlocking { loop in
        var options = LocalAthena.Options()
        options.allowsRemoteCode = allowsRemoteCode
        let athena = try LocalAthena(listeningOn: address, on: loop, options: options)
        return (LoopBound(athena, to: loop), athena.remains, athena.port)
      }
    } catch LocalAthena.StartError.address(let error) {
      throw address.explanation(of: error)
    }
    self.thread = thread
    self.address = address.with(port: port)
    // Later: it is no reason not to start, and can be mended without a restart.
    check = Task(executorPreference: thread.loop) {
      if let absence = await LocalAthena.Options().absenceOfPython() { Terminal.warn(absence) }
    }
  }

  /// Ends the processes that run code, and removes what they wrote. A signal that comes meanwhile has them
  /// killed at once, and is returned.
  func stop(_ signals: Signals) -> Int32? {
    let done = Total()
    Task(executorPreference: thread.loop) { [athena, check] in
      await athena.value.close()
      // A task that is not over would be left without its loop.
      await check.value
      done.add(1)
      signals.wake()
    }
    let end = Instant.now + .seconds(5)
    while done.value == 0 {
      switch signals.next(before: end) {
      case .end(let second):
        kill()
        return second
      case nil:
        kill()
        return nil
      case .reload, .wake: continue
      }
    }
    thread.stopAndJoin()
    return nil
  }

  /// The same without a wait for anybody; for a process that ends.
  func kill() {
    remains.remove()
  }
}
