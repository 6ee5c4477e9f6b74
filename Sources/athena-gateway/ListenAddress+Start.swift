import EventLoop
import Glibc
import HTTPServer

extension ListenAddress {
  /// Listens, once for each worker.
  func listeners(_ workers: Int) throws -> [Listener] {
    try checkFree()
    return try Listener.forWorkers(workers, on: self)
  }

  /// Throws where the address can't be had.
  func checkFree() throws {
    // The system chooses a port that is free.
    guard port != 0 else { return }
    do throws(SystemError) {
      try Listener.checkFree(self)
    } catch {
      switch (self, error.code) {
      case (.internet, EADDRINUSE):
        throw SettingsError(
          description:
            "--listen: \(self) is in use by another process; choose another port, or 0 to let "
            + "the system choose")
      case (.unix, EADDRINUSE):
        throw SettingsError(
          description: "--listen: \(self) is in use by another process; choose another path")
      case (.unix(let path), EEXIST):
        throw SettingsError(
          description:
            "--listen: \(path) is there and is no socket; remove it, or choose another path")
      default: throw error
      }
    }
  }

  /// What the address is called in messages.
  func url(_ scheme: String = "http") -> String {
    switch self {
    case .internet: "\(scheme)://\(self)"
    case .unix: "\(self)"
    }
  }

  /// What curl is given to come here, but the path.
  func curlArgument(_ scheme: String) -> String {
    switch self {
    case .internet: url(scheme)
    case .unix(let path): "--unix-socket '\(path)' \(scheme)://localhost"
    }
  }
}
