import Glibc

/// A system call that failed: its name and errno(3).
public struct SystemError: Error, Equatable, CustomStringConvertible {
  public let call: String
  public let code: Int32

  public init(_ call: String, code: Int32) {
    self.call = call
    self.code = code
  }

  /// The failure that errno tells of, read before anything else can change it.
  public init(_ call: String) {
    self.init(call, code: errno)
  }

  /// The call and the system's own words, as in `bind: Address already in use`.
  public var description: String { "\(call): \(reason)" }

  /// The system's own words alone.
  public var reason: String {
    var text = [CChar](repeating: 0, count: 256)
    guard strerror_r(code, &text, text.count) == 0 else { return "error \(code)" }
    let message = text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
    return String(decoding: message, as: UTF8.self)
  }
}
