import Files

/// A PEM file of certificate authorities: looked at when the program starts, so that its first call is not
/// what tells that there is none.
enum AuthoritiesFile {
  /// All authorities of a system have a quarter of a megabyte.
  private static let limit = 16 * 1024 * 1024

  /// What is wrong with the file; nil where libcurl can read it.
  static func problem(at path: String) -> String? {
    do throws(LocalFile.Failure) {
      let file = try LocalFile(reading: path, limit: limit)
      let marker = "-----BEGIN CERTIFICATE-----"
      return String(decoding: file.bytes, as: UTF8.self).contains(marker)
        ? nil : "there is no certificate in it; it must be a PEM file of certificate authorities"
    } catch {
      switch error {
      case .missing: return "there is no such file"
      case .unreadable(let reason): return "it can't be read: \(reason)"
      case .tooLarge(let limit): return "it has more than \(limit) bytes"
      }
    }
  }
}
