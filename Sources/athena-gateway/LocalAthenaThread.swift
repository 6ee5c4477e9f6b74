import EventLoop
import HTTPServer
import LocalAthena

/// A local Athena on a thread of its own.
struct LocalAthenaThread {
  /// Where it is called.
  let url: String

  private let thread: LoopThread

  /// - Parameter address: A port that the system chooses, on loopback, where not given.
  init(_ address: ListenAddress? = nil, allowsRemoteCode: Bool = false) throws {
    let address = try address ?? ListenAddress(host: "127.0.0.1", port: 0)
    if address.port != 0 { try Listener.checkFree(address) }
    thread = try LoopThread(name: "local-athena")
    fatalError()
  }

  func stop() {
    thread.stopAndJoin()
  }
}
