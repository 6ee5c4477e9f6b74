import COpenSSL
import EventLoop

/// What the TLS connections of all workers have in common: the certificate, the rules, the keys of their
/// session tickets.
public final class TLSContext: Sendable {
  private let files: TLSFiles
  private let current: Lock<TLSSettings>

  /// Reads the files.
  public init(_ files: TLSFiles) throws(TLSFilesError) {
    self.files = files
    current = Lock(try TLSSettings(files))
  }

  /// Reads the files again, for the connections to come. Those that are open go on as they began;
  /// tickets given out before are no longer good for resuming, and a client falls back to a whole
  /// handshake by itself. Files that can't be used change nothing.
  ///
  /// - Returns: When the certificate expires, in RFC 3339.
  @discardableResult
  public func reload() throws(TLSFilesError) -> String {
    let settings = try TLSSettings(files)
    let expiry = settings.expiry
    current.withLock { $0 = settings }
    return expiry
  }

  func makeSession(on socket: Int32) throws(SystemError) -> TLSSession {
    let settings = current.withLock { $0 }
    // A reload on another thread must not free it before the session has its own reference.
    return try withExtendedLifetime(settings) { () throws(SystemError) in
      try TLSSession(settings.raw, on: socket)
    }
  }
}
