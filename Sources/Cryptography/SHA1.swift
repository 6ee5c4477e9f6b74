import COpenSSL

/// SHA-1 (FIPS 180-4), for the one thing that it is still good for: the names of files that AWS's tools
/// agree on, `~/.aws/sso/cache/<SHA-1 of the session's name>.json`. It proves nothing about content.
public enum SHA1 {
  /// The hash of `text` in UTF-8, as 40 lower-case hexadecimal digits; nil where OpenSSL is set up
  /// without SHA-1, as some FIPS policies have it.
  public static func hex(of text: String) -> String? {
    guard let algorithm = EVP_MD_fetch(nil, "SHA1", nil) else { return nil }
    defer { EVP_MD_free(algorithm) }
    let bytes = Array(text.utf8)
    var digest = [UInt8](repeating: 0, count: 20)
    guard EVP_Digest(bytes, bytes.count, &digest, nil, algorithm, nil) == 1 else { return nil }
    return Hex.encode(digest.span)
  }
}
