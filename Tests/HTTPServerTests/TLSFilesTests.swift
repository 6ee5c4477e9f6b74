import Foundation
import TestCertificates
import Testing

@testable import HTTPServer

struct TLSFilesTests {
  private static let certificates = TestCertificates()
  private static let good = certificates.selfSigned("good")
  private static let other = certificates.selfSigned("other")
  private static let expired = certificates.selfSigned("expired", days: -1)
  private static let small = certificates.selfSigned("small", algorithm: ["rsa:1024"])

  private func faults(
    certificate: String = good.certificate, key: String = good.key, authorities: String? = nil
  ) -> [String] {
    let files = TLSFiles(certificate: certificate, key: key, clientAuthorities: authorities)
    do throws(TLSFilesError) {
      _ = try TLSContext(files)
      return []
    } catch {
      return error.faults.map { "\($0.role) \($0)" }
    }
  }

  @Test func `A certificate with its key is good, and authorities are`() {
    #expect(faults() == [])
    #expect(faults(authorities: Self.other.certificate) == [])
  }

  @Test func `A file that can't be read is named with the system's reason`() {
    #expect(faults(certificate: "/no/such") == ["certificate /no/such: No such file or directory"])
    #expect(faults(key: "/tmp") == ["key /tmp: it is not a regular file"])
    #expect(
      faults(authorities: "/no/such") == ["clientAuthorities /no/such: No such file or directory"])
  }

  @Test func `All that is wrong is said at once`() {
    #expect(faults(certificate: "/1", key: "/2", authorities: "/3").count == 3)
  }

  @Test func `A file without what it should have is named`() {
    let empty = Self.certificates.write("", to: "empty")
    let noise = Self.certificates.write(String(repeating: "noise\n", count: 1000), to: "noise")
    for path in [empty, noise, Self.good.key] {
      #expect(faults(certificate: path) == ["certificate \(path): it has no certificate"])
      #expect(faults(authorities: path) == ["clientAuthorities \(path): it has no certificate"])
    }
    for path in [empty, noise, Self.good.certificate] {
      #expect(faults(key: path) == ["key \(path): it has no private key that can be read"])
    }
  }

  @Test func `A certificate that is damaged is not one that is missing`() {
    let begin = "-----BEGIN CERTIFICATE-----\n"
    let damaged = Self.certificates.write(
      begin + "AAAA\n-----END CERTIFICATE-----\n", to: "damaged")
    let cut = Self.certificates.write(begin + "AAAA\n", to: "cut")
    let key = Self.certificates.write(
      "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", to: "damaged.key")
    for path in [damaged, cut] {
      let fault = faults(certificate: path)
      #expect(fault.count == 1)
      #expect(fault[0].hasPrefix("certificate \(path): a certificate in it can't be read: "))
    }
    #expect(faults(key: key) == ["key \(key): it has no private key that can be read"])
  }

  @Test func `A file of any size is not read beyond a megabyte`() {
    let large = Self.certificates.write(String(repeating: "noise", count: 300_000), to: "large")
    #expect(faults(certificate: large) == ["certificate \(large): it has more than 1048576 bytes"])
  }

  @Test func `What is no regular file is refused, and a pipe that nobody writes to not waited for`()
  {
    let pipe = "\(Self.certificates.directory)/pipe"
    #expect(mkfifo(pipe, 0o600) == 0)
    for path in [pipe, "/dev/zero"] {
      #expect(faults(certificate: path) == ["certificate \(path): it is not a regular file"])
      #expect(faults(key: path) == ["key \(path): it is not a regular file"])
      #expect(faults(authorities: path) == ["clientAuthorities \(path): it is not a regular file"])
    }
  }

  @Test(arguments: [["ec", "-aes256"], ["pkcs8", "-topk8"]])
  func `A key with a passphrase is refused, and nobody is asked for it`(form: [String]) {
    let path = "\(Self.certificates.directory)/\(form[0])"
    run(
      ["openssl"] + form + ["-in", Self.good.key, "-passout", "pass:secret", "-out", path])
    #expect(
      faults(key: path) == ["key \(path): its key is encrypted; give one without a passphrase"])
  }

  @Test func `A key of another certificate is refused`() {
    #expect(
      faults(key: Self.other.key) == [
        "key \(Self.other.key): it is not the key of the certificate in \(Self.good.certificate)"
      ])
  }

  @Test func `An expired certificate is named, with the time`() throws {
    let fault = faults(certificate: Self.expired.certificate, key: Self.expired.key)
    #expect(fault.count == 1)
    let pattern = /certificate .*: CN=expired has expired on \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z/
    #expect(try pattern.wholeMatch(in: fault[0]) != nil)
  }

  /// Clients leave out a root that has expired where they know a better way.
  @Test func `An expired certificate behind the first is a warning, before and after a reload`()
    throws
  {
    let chain = Self.certificates.write(
      read(Self.good.certificate) + read(Self.expired.certificate), to: "chain")
    let context = try TLSContext(TLSFiles(certificate: chain, key: Self.good.key))
    for _ in 0..<2 {
      #expect(context.warnings.count == 1)
      #expect(
        context.warnings.first?.description.hasPrefix("\(chain): CN=expired has expired on ")
          == true)
      try context.reload()
    }
    _ = Self.certificates.write(read(Self.good.certificate), to: "chain")
    try context.reload()
    #expect(context.warnings.isEmpty)
  }

  @Test func `A key that is too small to be safe is refused`() {
    let fault = faults(certificate: Self.small.certificate, key: Self.small.key)
    #expect(
      fault == ["certificate \(Self.small.certificate): OpenSSL refuses it: ee key too small"])
  }

  private func read(_ path: String) -> String {
    (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
  }
}
