import COpenSSL
import EventLoop

/// What the TLS connections of all workers have in common: the certificate, the rules, the keys of their
/// session tickets.
public final class TLSContext: Sendable {
  private let files: TLSFiles
  private let clock: @Sendable () -> Instant
  private let current: Lock<TLSSettings>

  /// Reads the files.
  public convenience init(_ files: TLSFiles) throws(TLSFilesError) {
    try self.init(files, clock: { .now })
  }

  /// - Parameter clock: What the age of ticket keys is told by.
  init(_ files: TLSFiles, clock: @escaping @Sendable () -> Instant) throws(TLSFilesError) {
    self.files = files
    self.clock = clock
    current = Lock(try TLSSettings(files, TicketKeys(clock: clock)))
  }

  /// When the certificate expires, in RFC 3339.
  public var expiry: String { current.withLock { $0.expiry } }

  /// What is wrong with the certificates behind the server's own, though it can be used.
  public var warnings: [TLSFilesError.Fault] { current.withLock { $0.warnings } }

  /// Reads the files again, for the connections to come. Those that are open go on as they began;
  /// tickets given out before are no longer good for resuming, and a client falls back to a whole
  /// handshake by itself. Files that can't be used change nothing.
  public func reload() throws(TLSFilesError) {
    let settings = try TLSSettings(files, TicketKeys(clock: clock))
    current.withLock { $0 = settings }
  }

  func makeSession(on socket: Int32) throws(SystemError) -> TLSSession {
    let settings = current.withLock { $0 }
    // A reload on another thread must not free it before the session has its own reference.
    return try withExtendedLifetime(settings) { () throws(SystemError) in
      try TLSSession(settings.raw, on: socket)
    }
  }
}
