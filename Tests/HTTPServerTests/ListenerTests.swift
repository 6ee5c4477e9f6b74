import EventLoop
import Glibc
import Testing

@testable import HTTPServer

@Suite struct ListenerTests {
  @Test(arguments: ["127.0.0.1:0", "[::1]:0"])
  func `a port that is listened on is neither free nor to be had`(text: String) throws {
    let first = try Listener(ListenAddress(parsing: text), isShared: false)
    let taken = try ListenAddress(parsing: text).with(port: first.port)
    #expect(taken.port > 0)
    for isShared in [false, true] {
      let error = #expect(throws: SystemError.self) {
        _ = try Listener(taken, isShared: isShared)
      }
      #expect(error?.code == EADDRINUSE)
      #expect(error?.description.contains("\(taken)") == true)
    }
    #expect(throws: SystemError.self) { try Listener.checkFree(taken) }
    #expect(first.port == taken.port)
  }

  @Test func `workers share a port, and the check still sees it taken`() throws {
    let address = try ListenAddress(parsing: "127.0.0.1:0")
    let first = try Listener(address, isShared: true)
    let taken = try address.with(port: first.port)
    let second = try Listener(taken, isShared: true)
    #expect(throws: SystemError.self) { try Listener.checkFree(taken) }
    #expect(second.port == first.port)
  }

  @Test func `a listener's end frees its port`() throws {
    let address = try ListenAddress(parsing: "127.0.0.1:0")
    let port = try Listener(address, isShared: false).port
    try Listener.checkFree(address.with(port: port))
  }

  @Test func `an address of another machine can't be bound`() throws {
    let error = #expect(throws: SystemError.self) {
      _ = try Listener(ListenAddress(parsing: "192.0.2.1:0"), isShared: false)
    }
    #expect(error?.code == EADDRNOTAVAIL)
  }
}
