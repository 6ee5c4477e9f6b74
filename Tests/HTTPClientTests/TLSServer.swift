import Glibc
import TestCertificates

/// `openssl s_server` with a certificate of its own, on a free port.
final class TLSServer {
  let port: Int
  /// The PEM file of the certificate, which is its own authority.
  var certificate: String { identity.certificate }
  private let certificates = TestCertificates()
  private let identity: TestCertificates.Identity
  private let process: pid_t

  /// - Parameters:
  ///   - name: The subject's alternative name, as in `IP:127.0.0.1`.
  ///   - days: How long the certificate is good; -1 for one that has expired.
  ///   - options: Further words of the command line.
  init(name: String, days: Int = 1, options: [String] = []) {
    identity = certificates.selfSigned("test", names: name, days: days)
    let output: Int32
    (process, output) = start(
      ["openssl", "s_server", "-www", "-accept", "127.0.0.1:0", "-cert", identity.certificate]
        + ["-key", identity.key] + options)
    port = Self.readPort(from: output)
  }

  deinit {
    // Not SIGTERM: the child has inherited a signal mask that may block it.
    kill(process, SIGKILL)
    waitpid(process, nil, 0)
  }

  /// It says "ACCEPT 127.0.0.1:PORT" when it is ready.
  private static func readPort(from output: Int32) -> Int {
    var text = ""
    var bytes = [UInt8](repeating: 0, count: 1024)
    while true {
      let count = read(output, &bytes, bytes.count)
      precondition(count > 0, "no server: \(text)")
      text += String(decoding: bytes[..<count], as: UTF8.self)
      let line = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        .first { $0.hasPrefix("ACCEPT") }
      if let port = line?.split(separator: ":").last.flatMap({ Int($0) }) { return port }
    }
  }
}
