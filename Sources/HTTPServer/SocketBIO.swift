import COpenSSL

/// What OpenSSL reads from and writes to: a socket that somebody else owns.
///
/// OpenSSL's own would end the program with a SIGPIPE when a peer is gone.
enum SocketBIO {
  /// What OpenSSL may still read; it has no such limit of its own, and goes on as long as nothing is for
  /// the application in what it reads.
  struct Allowance {
    /// Bytes before it is told to come back later.
    var bytes = Int.max
    /// Records before it is told that the stream has ended.
    var records = Int.max
  }

  private struct State {
    let socket: Int32
    var allowance = Allowance()
  }

  static func make(on socket: Int32) -> OpaquePointer? {
    guard let bio = BIO_new(method) else { return nil }
    let state = UnsafeMutablePointer<State>.allocate(capacity: 1)
    state.initialize(to: State(socket: socket))
    BIO_set_data(bio, state)
    BIO_set_init(bio, 1)
    return bio
  }

  /// The allowance of one that ``make(on:)`` has made.
  static func withAllowance<Value>(
    of bio: OpaquePointer?, _ body: (inout Allowance) -> Value
  ) -> Value {
    body(&state(of: bio).pointee.allowance)
  }

  /// `nonisolated(unsafe)`: never changed once it is made.
  private nonisolated(unsafe) static let method: OpaquePointer = {
    let type = BIO_get_new_index() | BIO_TYPE_SOURCE_SINK
    guard let method = BIO_meth_new(type, "socket"),
      BIO_meth_set_read(method, { SocketBIO.read($0, $1, $2) }) == 1,
      BIO_meth_set_write(method, { SocketBIO.write($0, $1, $2) }) == 1,
      // There is nothing to flush, which is success; whatever else OpenSSL asks is not known here.
      BIO_meth_set_destroy(
        method,
        {
          // One that was not finished by `make` has none.
          BIO_get_data($0)?.assumingMemoryBound(to: State.self).deallocate()
          return 1
        }) == 1,
      BIO_meth_set_ctrl(method, { _, command, _, _ in command == BIO_CTRL_FLUSH ? 1 : 0 }) == 1
    else { preconditionFailure("OpenSSL is out of memory") }
    return method
  }()

  private static func state(of bio: OpaquePointer?) -> UnsafeMutablePointer<State> {
    BIO_get_data(bio).assumingMemoryBound(to: State.self)
  }

  private static func read(
    _ bio: OpaquePointer?, _ bytes: UnsafeMutablePointer<CChar>?, _ count: Int32
  ) -> Int32 {
    COpenSSL_BIO_clear_retry(bio)
    let state = state(of: bio)
    let allowance = state.pointee.allowance
    guard allowance.records > 0 else { return 0 }
    guard allowance.bytes > 0 else {
      COpenSSL_BIO_set_retry_read(bio)
      return -1
    }
    let buffer = UnsafeMutableRawBufferPointer(
      start: bytes, count: min(Int(count), allowance.bytes))
    switch Socket.receive(from: state.pointee.socket, into: buffer) {
    case .bytes(let count):
      state.pointee.allowance.bytes -= count
      return Int32(count)
    case .ended: return 0
    case .wouldBlock:
      COpenSSL_BIO_set_retry_read(bio)
      return -1
    }
  }

  private static func write(
    _ bio: OpaquePointer?, _ bytes: UnsafePointer<CChar>?, _ count: Int32
  ) -> Int32 {
    COpenSSL_BIO_clear_retry(bio)
    let buffer = UnsafeRawBufferPointer(start: bytes, count: Int(count))
    switch Socket.send(buffer, to: state(of: bio).pointee.socket) {
    case .bytes(let count): return Int32(count)
    case .ended: return -1
    case .wouldBlock:
      COpenSSL_BIO_set_retry_write(bio)
      return -1
    }
  }
}
