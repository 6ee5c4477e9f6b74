import CLinux
import EventLoop
import Glibc

/// A connected, non-blocking stream socket.
struct Socket: ~Copyable {
  /// What became of an attempt to read or write; that it would block is a state, not an error.
  enum Outcome: Equatable {
    case bytes(Int)
    case wouldBlock
    /// The peer has closed its half (reading), or the connection is gone (writing and reading).
    case ended
  }

  private let descriptor: FileDescriptor

  init(_ descriptor: consuming FileDescriptor) {
    self.descriptor = descriptor
  }

  var rawValue: Int32 { descriptor.rawValue }

  func receive(into buffer: UnsafeMutableRawBufferPointer) -> Outcome {
    Self.receive(from: rawValue, into: buffer)
  }

  /// Writes what the kernel takes. A peer that is gone is an outcome, never a SIGPIPE.
  func send(_ bytes: Span<UInt8>) -> Outcome {
    bytes.withUnsafeBytes { Self.send($0, to: rawValue) }
  }

  static func receive(
    from socket: Int32, into buffer: UnsafeMutableRawBufferPointer
  ) -> Outcome {
    while true {
      let count = recv(socket, buffer.baseAddress, buffer.count, 0)
      if count > 0 { return .bytes(count) }
      if count == 0 { return .ended }
      if errno != EINTR { return errno == EAGAIN ? .wouldBlock : .ended }
    }
  }

  static func send(_ bytes: UnsafeRawBufferPointer, to socket: Int32) -> Outcome {
    while true {
      let count = Glibc.send(socket, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
      if count >= 0 { return .bytes(count) }
      if errno != EINTR { return errno == EAGAIN ? .wouldBlock : .ended }
    }
  }

  /// Ends the sending half; the peer reads an end of file.
  func shutDownSending() {
    _ = shutdown(rawValue, Int32(SHUT_WR))
  }

  /// Makes the coming close a reset: the peer reads an error, not an end of file, and the kernel keeps
  /// nothing that was not taken.
  func resetOnClose() {
    var option = linger(l_onoff: 1, l_linger: 0)
    _ = setsockopt(
      rawValue, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout.size(ofValue: option)))
  }
}

extension FileDescriptor {
  /// A new stream socket, non-blocking and closed on exec.
  static func streamSocket(_ family: Int32) throws(SystemError) -> FileDescriptor {
    let type = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
    let raw = socket(family, Int32(type), 0)
    guard raw >= 0 else { throw SystemError("socket") }
    return FileDescriptor(owning: raw)
  }
}
