import EventLoop
import HTTPServer
import LocalAthena

/// A local Athena on a thread of its own.
struct LocalAthenaThread {
  /// Where it listens, the port that was chosen included.
  let address: ListenAddress

  private let thread: LoopThread
  private let athena: LoopBound<LocalAthena>

  /// - Parameter address: A port of the system's choice, on loopback, where not given.
  init(_ address: ListenAddress? = nil, allowsRemoteCode: Bool = false) throws {
    let address = try address ?? ListenAddress(host: "127.0.0.1", port: 0)
    try address.checkFree()
    let thread = try LoopThread(name: "local-athena")
    let (athena, port) = try thread.runBlocking { loop in
      var options = LocalAthena.Options()
      options.allowsRemoteCode = allowsRemoteCode
      let athena = try LocalAthena(listeningOn: address, on: loop, options: options)
      return (LoopBound(athena, to: loop), athena.port)
    }
    self.thread = thread
    self.athena = athena
    self.address = address.with(port: port)
  }

  /// Ends the processes that run code, and removes what they wrote.
  func stop() throws {
    try thread.runBlocking { [athena] _ in await athena.value.close() }
    thread.stopAndJoin()
  }
}
