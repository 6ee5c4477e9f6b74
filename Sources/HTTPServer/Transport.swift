import EventLoop
import HTTPMessage

/// How the bytes of a connection travel: on the socket as they are, or in TLS on it.
struct Transport: ~Copyable {
  /// What became of an attempt to read.
  enum Reception: Equatable {
    case bytes(Int)
    /// More will be told by an event.
    case wouldBlock
    /// Others have their turn, and no event will tell of what may be there already.
    case unfinished
    /// As ``Socket/Outcome/ended``.
    case ended
  }

  private let socket: Socket
  private var tls: TLSSession?

  /// - Parameter context: For TLS; nil for none.
  ///
  /// Fails for want of memory alone.
  init(_ descriptor: consuming FileDescriptor, tls context: TLSContext?) throws(SystemError) {
    socket = Socket(descriptor)
    tls = try context?.makeSession(on: socket.rawValue)
  }

  var rawValue: Int32 { socket.rawValue }

  // MARK: The beginning

  /// Goes on with the handshake. Where there is no TLS there is nothing to shake hands on.
  func handshake() -> TLSSession.Handshake {
    tls?.handshake() ?? .complete
  }

  /// Goes on without TLS, with a peer that has not begun any.
  mutating func leaveTLS() {
    tls = nil
  }

  func clientCertificate() -> ClientCertificate? {
    tls?.clientCertificate()
  }

  // MARK: Bytes

  func receive(into buffer: UnsafeMutableRawBufferPointer) -> Reception {
    if let reception = tls?.receive(into: buffer) { return reception }
    return switch socket.receive(into: buffer) {
    case .bytes(let count): .bytes(count)
    case .wouldBlock: .wouldBlock
    case .ended: .ended
    }
  }

  func send(_ bytes: Span<UInt8>) -> Socket.Outcome {
    tls?.send(bytes) ?? socket.send(bytes)
  }

  /// Whether a read of `count` bytes has taken all that has come. A buffer that was not filled has
  /// emptied a socket (epoll(7)); a TLS record may have others behind it.
  func isEmptied(byReading count: Int, of size: Int) -> Bool {
    tls == nil && count < size
  }

  /// Whether either readiness can be what a read or a write waited for. In TLS a handshake does both; the
  /// answer to a peer's change of keys (RFC 8446 §4.6.3) goes out with the next write, and reads wait
  /// while that is blocked; a write waits for the rest of a message of which a part has come.
  var mixesDirections: Bool { tls != nil }

  // MARK: The end

  /// Ends the sending half; the peer reads an end of file, in TLS a close_notify before it. What still
  /// comes is for nobody and is not decrypted any more.
  ///
  /// Returns false while the kernel has no room for the close_notify: to be called again.
  mutating func shutDownSending() -> Bool {
    if let sent = tls?.sendCloseNotify(), !sent { return false }
    tls = nil
    socket.shutDownSending()
    return true
  }

  /// Says goodbye, as far as that can be done at once, before the coming close.
  func endOnClose() {
    _ = tls?.sendCloseNotify()
  }

  /// Makes the coming close a reset: the peer reads an error, not an end of file.
  func resetOnClose() {
    socket.resetOnClose()
  }
}
