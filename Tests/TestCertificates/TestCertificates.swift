import Glibc

/// Certificates and keys in a folder that ends with it, made by the `openssl` program.
public final class TestCertificates: Sendable {
  /// The PEM files of a certificate and its key.
  public struct Identity: Sendable {
    public let certificate: String
    public let key: String
  }

  public let directory: String

  public init() {
    var template = Array("/tmp/certificates-XXXXXX".utf8CString)
    precondition(mkdtemp(&template) != nil, "no directory")
    directory = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  deinit {
    if let folder = opendir(directory) {
      while let entry = readdir(folder) {
        let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
          String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        unlink("\(directory)/\(name)")
      }
      closedir(folder)
    }
    rmdir(directory)
  }

  /// Makes one that is its own authority.
  ///
  /// - Parameters:
  ///   - subject: The common name, and what its files are called.
  ///   - names: The alternative names, as in `DNS:a,URI:b:c`.
  ///   - days: -1 for one that is expired when it is made.
  ///   - algorithm: Of the key, in the program's words.
  public func selfSigned(
    _ subject: String, names: String? = nil, days: Int = 1, algorithm: [String] = elliptic
  ) -> Identity {
    make(subject, names, days, algorithm, signer: [])
  }

  /// Makes one that `authority` signs.
  public func signed(
    by authority: Identity, _ subject: String, names: String? = nil, days: Int = 1
  ) -> Identity {
    make(
      subject, names, days, Self.elliptic,
      signer: ["-CA", authority.certificate, "-CAkey", authority.key])
  }

  /// Writes a file, and returns its path.
  public func write(_ text: String, to name: String) -> String {
    let path = "\(directory)/\(name)"
    let file = fopen(path, "w")!
    fputs(text, file)
    fclose(file)
    return path
  }

  public static let elliptic = ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]

  private func make(
    _ subject: String, _ names: String?, _ days: Int, _ algorithm: [String], signer: [String]
  ) -> Identity {
    let identity = Identity(
      certificate: "\(directory)/\(subject).pem", key: "\(directory)/\(subject).key.pem")
    let request = "\(directory)/\(subject).request"
    run(
      ["openssl", "req", "-new", "-nodes", "-subj", "/CN=\(subject)", "-newkey"] + algorithm
        + ["-keyout", identity.key, "-out", request])
    let extensions = write(
      "basicConstraints=critical,CA:\(signer.isEmpty ? "TRUE" : "FALSE")\n"
        + (names.map { "subjectAltName=\($0)\n" } ?? ""), to: "extensions")
    // Unlike `req -x509` it makes expired ones too.
    run(
      ["openssl", "x509", "-req", "-in", request, "-days", String(days), "-extfile", extensions]
        + (signer.isEmpty ? ["-signkey", identity.key] : signer)
        + ["-out", identity.certificate])
    return identity
  }
}
