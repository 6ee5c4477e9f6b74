import EventLoop
import Glibc
import HTTPServer

extension ListenAddress {
  /// Listens, once for each worker.
  func listeners(_ workers: Int, socketMode: mode_t?) throws -> [Listener] {
    do throws(SystemError) {
      return try Listener.forWorkers(workers, on: self, socketMode: socketMode)
    } catch {
      throw explanation(of: error)
    }
  }

  /// Why nobody can listen here, and what to do about it.
  func explanation(of error: SystemError, _ flag: String = "--listen") -> SettingsError {
    SettingsError(description: "\(flag): \(words(for: error))")
  }

  private func words(for error: SystemError) -> String {
    switch (self, error.code) {
    case (.internet, EADDRINUSE):
      "\(self) is in use by another process; choose another port, or 0 to let the system choose"
    case (.internet, EADDRNOTAVAIL):
      "\(self) is no address of this machine; choose one that it has, or 0.0.0.0 for all of them"
    case (.internet, EACCES):
      "this user may not listen on \(self); choose a port from 1024 on, or give the program "
        + "CAP_NET_BIND_SERVICE"
    case (.unix, EADDRINUSE): "\(self) is in use by another process; choose another path"
    case (.unix(let path), EEXIST):
      "\(path) is there and is no socket; remove it, or choose another path"
    case (.unix(let path), ENOENT), (.unix(let path), ENOTDIR):
      "there is no folder for \(path); make it, or choose another path"
    case (.unix(let path), EACCES), (.unix(let path), EPERM), (.unix(let path), EROFS):
      "this user may not make or use \(path); choose a path in a folder of its own"
    default: "\(error)"
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
  ///
  /// - Parameter certificate: The file of the server's certificate, which is one for `localhost`; nil for
  ///   plain HTTP.
  func curlArguments(certificate: String?) -> String {
    let scheme = certificate == nil ? "http" : "https"
    let trust = certificate.map { "--cacert \(Self.quoted($0)) " } ?? ""
    switch self {
    case .internet(let address):
      let authority = certificate == nil ? address.description : "localhost:\(address.port)"
      return "\(trust)\(scheme)://\(authority)"
    case .unix(let path): return "\(trust)--unix-socket \(Self.quoted(path)) \(scheme)://localhost"
    }
  }

  /// For a shell.
  private static func quoted(_ text: String) -> String {
    "'\(text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''"))'"
  }
}
