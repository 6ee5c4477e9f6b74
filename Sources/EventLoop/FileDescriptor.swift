import Glibc

/// A descriptor with one owner, which closes it.
public struct FileDescriptor: ~Copyable, Sendable {
  /// The descriptor itself, valid while this value lives.
  public let rawValue: Int32

  /// Takes ownership of an open descriptor.
  public init(owning rawValue: Int32) {
    self.rawValue = rawValue
  }

  // EINTR is not retried: Linux has freed the number by then, and another thread may own it already.
  deinit { _ = close(rawValue) }
}
