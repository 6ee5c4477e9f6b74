/// Where a server's certificate and keys are, in PEM.
public struct TLSFiles: Sendable {
  /// The server's certificate, followed by those that lead to an authority which clients know.
  public var certificate: String
  /// Its private key, without a passphrase.
  public var key: String
  /// The authorities whose clients are known. With them a certificate is asked for of every client.
  public var clientAuthorities: String?

  public init(certificate: String, key: String, clientAuthorities: String? = nil) {
    self.certificate = certificate
    self.key = key
    self.clientAuthorities = clientAuthorities
  }

  /// Which of them it is.
  public enum Role: Sendable {
    case certificate
    case key
    case clientAuthorities
  }
}

/// Files that can't be used for TLS: all that is wrong with them.
public struct TLSFilesError: Error, Sendable {
  public struct Fault: Sendable, CustomStringConvertible {
    public let role: TLSFiles.Role
    public let path: String
    /// What is wrong, without the path.
    public let reason: String

    public var description: String { "\(path): \(reason)" }
  }

  public private(set) var faults: [Fault] = []

  mutating func add(_ role: TLSFiles.Role, _ path: String, _ reason: String) {
    faults.append(Fault(role: role, path: path, reason: reason))
  }

  /// The value that `make` returns, or nil with its error added.
  mutating func noting<Value>(
    _ role: TLSFiles.Role, _ path: String, _ make: () throws(PEMError) -> Value
  ) -> Value? {
    do throws(PEMError) {
      return try make()
    } catch {
      add(role, path, error.reason)
      return nil
    }
  }
}
