import COpenSSL

/// What OpenSSL reads from and writes to: a socket that somebody else owns.
///
/// OpenSSL's own would end the program with a SIGPIPE when a peer is gone.
enum SocketBIO {
  static func make(on socket: Int32) -> OpaquePointer? {
    guard let bio = BIO_new(method) else { return nil }
    BIO_set_data(bio, UnsafeMutableRawPointer(bitPattern: Int(socket)))
    BIO_set_init(bio, 1)
    return bio
  }

  /// `nonisolated(unsafe)`: never changed once it is made.
  private nonisolated(unsafe) static let method: OpaquePointer = {
    let type = BIO_get_new_index() | BIO_TYPE_SOURCE_SINK
    guard let method = BIO_meth_new(type, "socket"),
      BIO_meth_set_read(method, { SocketBIO.read($0, $1, $2) }) == 1,
      BIO_meth_set_write(method, { SocketBIO.write($0, $1, $2) }) == 1,
      // There is nothing to flush, which is success; whatever else OpenSSL asks is not known here.
      BIO_meth_set_ctrl(method, { _, command, _, _ in command == BIO_CTRL_FLUSH ? 1 : 0 }) == 1
    else { preconditionFailure("OpenSSL is out of memory") }
    return method
  }()

  private static func socket(of bio: OpaquePointer?) -> Int32 {
    Int32(truncatingIfNeeded: Int(bitPattern: BIO_get_data(bio)))
  }

  private static func read(
    _ bio: OpaquePointer?, _ bytes: UnsafeMutablePointer<CChar>?, _ count: Int32
  ) -> Int32 {
    COpenSSL_BIO_clear_retry(bio)
    let buffer = UnsafeMutableRawBufferPointer(start: bytes, count: Int(count))
    switch Socket.receive(from: socket(of: bio), into: buffer) {
    case .bytes(let count): return Int32(count)
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
    switch Socket.send(buffer, to: socket(of: bio)) {
    case .bytes(let count): return Int32(count)
    case .ended: return -1
    case .wouldBlock:
      COpenSSL_BIO_set_retry_write(bio)
      return -1
    }
  }
}
