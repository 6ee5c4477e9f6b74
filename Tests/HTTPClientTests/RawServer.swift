import EventLoop
import Glibc

/// A TCP server on a free port of 127.0.0.1 that does to each connection what its script says.
final class RawServer: Sendable {
  let port: UInt16
  private let listener: Int32
  private let accepted = Lock(0)

  /// - Parameter script: Runs on a thread of its own for each connection, which it may leave open:
  ///   the connection is closed when the script returns.
  init(_ script: @escaping @Sendable (Peer) -> Void) {
    listener = listenOnLoopback(backlog: 1024)
    port = boundPort(of: listener)
    let listener = listener
    startThread { [weak self] in
      while true {
        let descriptor = accept(listener, nil, nil)
        guard descriptor >= 0 else { break }
        // Other tests start programs, which would keep the connection open.
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        self?.accepted.withLock { $0 += 1 }
        startThread { script(Peer(descriptor)) }
      }
      close(listener)
    }
  }

  /// Answers every request of every connection with the same bytes.
  convenience init(answering answer: String) {
    self.init { peer in
      while peer.readRequest() != nil { peer.write(answer) }
    }
  }

  // The accepting thread sees this as a failure of accept(2), and closes.
  deinit { shutdown(listener, Int32(SHUT_RDWR)) }

  /// The connections accepted so far.
  var connections: Int { accepted.withLock { $0 } }

  func url(_ target: String = "/") -> String { "http://127.0.0.1:\(port)\(target)" }
}

/// A socket that listens on a free port.
func listenOnLoopback(backlog: Int32) -> Int32 {
  let descriptor = bindToLoopback()
  precondition(listen(descriptor, backlog) == 0, "no listener")
  return descriptor
}

/// A port of the system's choice that nobody listens on.
func bindToLoopback() -> Int32 {
  let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
  let descriptor = socket(AF_INET, type, 0)
  var address = loopback(port: 0)
  let size = socklen_t(MemoryLayout<sockaddr_in>.size)
  let code = withUnsafePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
  }
  precondition(code == 0, "no port")
  return descriptor
}

func boundPort(of descriptor: Int32) -> UInt16 {
  var address = sockaddr_in()
  var size = socklen_t(MemoryLayout<sockaddr_in>.size)
  withUnsafeMutablePointer(to: &address) {
    _ = $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      getsockname(descriptor, $0, &size)
    }
  }
  return UInt16(bigEndian: address.sin_port)
}

func loopback(port: UInt16) -> sockaddr_in {
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = port.bigEndian
  address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
  return address
}

private func startThread(_ body: @escaping @Sendable () -> Void) {
  final class Box {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  var thread = pthread_t()
  let box = Unmanaged.passRetained(Box(body))
  let code = pthread_create(
    &thread, nil,
    {
      Unmanaged<Box>.fromOpaque($0!).takeRetainedValue().body()
      return nil
    }, box.toOpaque())
  precondition(code == 0, "no thread")
  pthread_detach(thread)
}
