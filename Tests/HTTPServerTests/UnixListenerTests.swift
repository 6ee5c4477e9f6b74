import EventLoop
import Foundation
import Glibc
import HTTPMessage
import Testing

@testable import HTTPServer

@Suite struct UnixListenerTests {
  /// Runs `body` with an address in a folder of its own.
  private func withPath(_ body: (String, ListenAddress) throws -> Void) throws {
    let folder = "/tmp/athena-gateway-\(UUID())"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    let path = folder + "/socket"
    defer {
      unlink(path)
      rmdir(folder)
    }
    try body(path, ListenAddress(parsing: "unix:" + path))
  }

  private func mode(of path: String) -> mode_t? {
    var status = stat()
    return lstat(path, &status) == 0 ? status.st_mode : nil
  }

  /// A socket as a process leaves it that has died: the file is there, and nobody listens.
  private func leaveDeadSocket(at address: ListenAddress) throws {
    let descriptor = try FileDescriptor.streamSocket(AF_UNIX)
    let result = address.bytes.withUnsafeBytes {
      bind(
        descriptor.rawValue, $0.assumingMemoryBound(to: sockaddr.self).baseAddress,
        socklen_t($0.count))
    }
    try #require(result == 0)
  }

  /// Connects; the error's number, or 0.
  private func connect(_ descriptor: borrowing FileDescriptor, to address: ListenAddress) -> Int32 {
    let result = address.bytes.withUnsafeBytes {
      Glibc.connect(
        descriptor.rawValue, $0.assumingMemoryBound(to: sockaddr.self).baseAddress,
        socklen_t($0.count))
    }
    return result == 0 ? 0 : errno
  }

  @Test func `it is its owner's alone, and its file ends with it`() throws {
    try withPath { path, address in
      let listener = try Listener(address, isShared: false)
      #expect(mode(of: path) == S_IFSOCK | 0o600)
      #expect(listener.port == 0)
      #expect(listener.address.description == address.description)
      let client = try FileDescriptor.streamSocket(AF_UNIX)
      #expect(connect(client, to: address) == 0)
      guard case .connection(let accepted) = listener.accept() else { throw NeverHappened() }
      #expect(accepted.peer == nil)
      guard case .wouldBlock = listener.accept() else { throw NeverHappened() }
      withExtendedLifetime(listener) {}
      _ = consume listener
      #expect(mode(of: path) == nil)
    }
  }

  @Test func `one that is listened on is neither free nor to be had, and left as it is`() throws {
    try withPath { path, address in
      let first = try Listener(address, isShared: false)
      for isShared in [false, true] {
        let error = #expect(throws: SystemError.self) {
          _ = try Listener(address, isShared: isShared)
        }
        #expect(error?.code == EADDRINUSE)
        #expect(error?.description.contains(path) == true)
      }
      let client = try FileDescriptor.streamSocket(AF_UNIX)
      #expect(connect(client, to: address) == 0)
      withExtendedLifetime(first) {}
    }
  }

  @Test(arguments: [0o660, 0o666] as [mode_t])
  func `others may connect where that is asked for, whatever the umask`(socketMode: mode_t) throws {
    try withPath { path, address in
      let listeners = try Listener.forWorkers(2, on: address, socketMode: socketMode)
      #expect(mode(of: path) == S_IFSOCK | socketMode)
      withExtendedLifetime(listeners) {}
    }
  }

  @Test func `a dead one is replaced`() throws {
    try withPath { path, address in
      try leaveDeadSocket(at: address)
      #expect(mode(of: path) != nil)
      let listener = try Listener(address, isShared: false)
      let client = try FileDescriptor.streamSocket(AF_UNIX)
      #expect(connect(client, to: address) == 0)
      withExtendedLifetime(listener) {}
    }
  }

  @Test(arguments: ["file", "link"])
  func `what is no socket is never removed`(kind: String) throws {
    try withPath { path, address in
      if kind == "link" {
        symlink("/nowhere", path)
      } else {
        try "precious".write(toFile: path, atomically: false, encoding: .utf8)
      }
      let before = mode(of: path)
      let error = #expect(throws: SystemError.self) {
        _ = try Listener(address, isShared: false)
      }
      #expect(error?.code == EEXIST)
      #expect(mode(of: path) == before)
    }
  }

  @Test func `a file that has taken its name is not removed with it`() throws {
    try withPath { path, address in
      do {
        let listener = try Listener(address, isShared: false)
        // Another name keeps the number of the file from being given to the next one.
        rename(path, path + ".old")
        try leaveDeadSocket(at: address)
        withExtendedLifetime(listener) {}
      }
      #expect(mode(of: path) != nil)
      unlink(path + ".old")
    }
  }

  @Test func `workers share one, and the file goes with the last of them`() throws {
    try withPath { path, address in
      var listeners = try Listener.forWorkers(3, on: address)
      #expect(listeners.count == 3)
      #expect(listeners.allSatisfy { $0 === listeners[0] })
      listeners.removeFirst(2)
      #expect(mode(of: path) != nil)
      listeners = []
      #expect(mode(of: path) == nil)
    }
  }

  @Test func `newcomers are turned away, and who waits is still let in`() throws {
    try withPath { path, address in
      let listener = try Listener(address, isShared: false)
      let early = try FileDescriptor.streamSocket(AF_UNIX)
      let late = try FileDescriptor.streamSocket(AF_UNIX)
      #expect(connect(early, to: address) == 0)
      #expect(listener.turnNewcomersAway() == .zero)
      #expect(connect(late, to: address) == ENOENT)
      #expect(mode(of: path) == nil)
      guard case .connection = listener.accept() else { throw NeverHappened() }
      guard case .wouldBlock = listener.accept() else { throw NeverHappened() }
    }
  }
}
