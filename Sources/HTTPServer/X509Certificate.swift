import COpenSSL
import CivilTime
import Glibc

/// A certificate (RFC 5280) in memory.
final class X509Certificate {
  /// The `X509`.
  let raw: OpaquePointer

  init(owning raw: OpaquePointer) {
    self.raw = raw
  }

  deinit { X509_free(raw) }

  var subject: String {
    let subject = String(x509Name: X509_get_subject_name(raw))
    return subject.isEmpty ? "a certificate without a subject" : subject
  }

  /// Why it is of no use at this time; nil where it is.
  var faultOfTime: String? {
    if let end = X509_get0_notAfter(raw), X509_cmp_current_time(end) <= 0 {
      return "\(subject) has expired on \(Self.text(end))"
    }
    if let begin = X509_get0_notBefore(raw), X509_cmp_current_time(begin) >= 0 {
      return "\(subject) is not valid before \(Self.text(begin))"
    }
    return nil
  }

  /// When it expires, in RFC 3339.
  var expiry: String { X509_get0_notAfter(raw).map(Self.text) ?? "an unknown time" }

  private static func text(_ time: UnsafePointer<ASN1_TIME>) -> String {
    var parts = tm()
    guard ASN1_TIME_to_tm(time, &parts) == 1 else { return "a time that can't be read" }
    return rfc3339(secondsSince1970: Double(timegm(&parts)))
  }
}

/// A private key in memory.
struct PrivateKey: ~Copyable {
  /// The `EVP_PKEY`.
  let raw: OpaquePointer

  init(owning raw: OpaquePointer) {
    self.raw = raw
  }

  deinit { EVP_PKEY_free(raw) }

  func belongs(to certificate: X509Certificate) -> Bool {
    X509_check_private_key(certificate.raw, raw) == 1
  }
}

extension String {
  /// A distinguished name as RFC 2253 writes it.
  init(x509Name name: OpaquePointer?) {
    guard let bio = BIO_new(BIO_s_mem()) else { fatalError("OpenSSL is out of memory") }
    defer { BIO_free(bio) }
    guard COpenSSL_print_name(bio, name) >= 0 else {
      self = ""
      return
    }
    self.init(unsafeUninitializedCapacity: BIO_ctrl_pending(bio)) { buffer in
      var count = 0
      BIO_read_ex(bio, buffer.baseAddress, buffer.count, &count)
      return count
    }
  }
}
