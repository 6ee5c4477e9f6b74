import EventLoop
import Glibc
import HTTPMessage
import Testing

@testable import HTTPServer

@Suite struct ListenerTests {
  @Test(arguments: ["127.0.0.1:0", "[::1]:0"])
  func `a port that is listened on is neither free nor to be had`(text: String) throws {
    let first = try Listener(ListenAddress(parsing: text), isShared: false)
    let taken = try ListenAddress(parsing: text).with(port: first.port)
    #expect(first.port > 0)
    for isShared in [false, true] {
      let error = #expect(throws: SystemError.self) {
        _ = try Listener(taken, isShared: isShared)
      }
      #expect(error?.code == EADDRINUSE)
      #expect(error?.description.contains("\(taken)") == true)
    }
    #expect(first.port == taken.port)
  }

  /// Another gateway founds too, and must not get a part of the connections.
  @Test(arguments: [false, true])
  func `workers share a port, and nobody else gets it`(isShared: Bool) throws {
    let address = try ListenAddress(parsing: "127.0.0.1:0")
    let workers = try Listener.forWorkers(2, on: address)
    let taken = address.with(port: workers[0].port)
    let error = #expect(throws: SystemError.self) { _ = try Listener(taken, isShared: isShared) }
    #expect(error?.code == EADDRINUSE)
    #expect(workers.allSatisfy { $0.port == taken.port })
  }

  @Test func `a listener's end frees its port`() throws {
    let address = try ListenAddress(parsing: "127.0.0.1:0")
    let port = try Listener(address, isShared: false).port
    _ = try Listener(address.with(port: port), isShared: false)
  }

  @Test func `an address of another machine can't be bound`() throws {
    let error = #expect(throws: SystemError.self) {
      _ = try Listener(ListenAddress(parsing: "192.0.2.1:0"), isShared: false)
    }
    #expect(error?.code == EADDRNOTAVAIL)
  }

  @Test func `workers have one each of a port, which the first of them chooses`() throws {
    let listeners = try Listener.forWorkers(3, on: ListenAddress(parsing: "127.0.0.1:0"))
    #expect(Set(listeners.map(\.port)).count == 1)
    #expect(Set(listeners.map(\.rawValue)).count == 3)
  }

  /// Who is dropped would otherwise be connected by the kernel, and reset when the listener ends.
  @Test(arguments: ["127.0.0.1:0", "[::1]:0"])
  func `newcomers hear nothing, and who waits is still let in`(text: String) throws {
    let listener = try Listener(ListenAddress(parsing: text), isShared: false)
    let early = try FileDescriptor.streamSocket(listener.address.family)
    #expect(try isConnected(early, to: listener.address))
    #expect(listener.turnNewcomersAway() > .zero)
    let late = try FileDescriptor.streamSocket(listener.address.family)
    #expect(try !isConnected(late, to: listener.address))
    guard case .connection(let accepted) = listener.accept() else { throw NeverHappened() }
    guard case .wouldBlock = listener.accept() else { throw NeverHappened() }
    #expect(write(early.rawValue, "x", 1) == 1)
    var byte: UInt8 = 0
    #expect(recv(accepted.descriptor.rawValue, &byte, 1, 0) == 1)
  }

  @Test(arguments: ["127.0.0.1:0", "[::1]:0"])
  func `a connection comes from its peer's address`(text: String) throws {
    let listener = try Listener(ListenAddress(parsing: text), isShared: false)
    let client = try FileDescriptor.streamSocket(listener.address.family)
    #expect(try isConnected(client, to: listener.address))
    guard case .connection(let accepted) = listener.accept() else { throw NeverHappened() }
    #expect(accepted.peer == IPAddress(text.hasPrefix("[") ? "::1" : "127.0.0.1"))
  }

  @Test func `a peer of IPv4 is the same on a listener for both families`() throws {
    let listener = try Listener(ListenAddress(parsing: "[::]:0"), isShared: false)
    let client = try FileDescriptor.streamSocket(AF_INET)
    let port = listener.address.port ?? 0
    #expect(try isConnected(client, to: ListenAddress(parsing: "127.0.0.1:\(port)")))
    guard case .connection(let accepted) = listener.accept() else { throw NeverHappened() }
    #expect(accepted.peer == IPAddress("127.0.0.1"))
  }

  /// Whether the kernel has finished the handshake at once, as it does on this machine.
  private func isConnected(
    _ descriptor: borrowing FileDescriptor, to address: ListenAddress
  ) throws -> Bool {
    let result = address.bytes.withUnsafeBytes {
      connect(
        descriptor.rawValue, $0.assumingMemoryBound(to: sockaddr.self).baseAddress,
        socklen_t($0.count))
    }
    try #require(result == 0 || errno == EINPROGRESS)
    var poll = pollfd(fd: descriptor.rawValue, events: Int16(POLLOUT), revents: 0)
    return Glibc.poll(&poll, 1, 100) == 1 && poll.revents == Int16(POLLOUT)
  }
}
