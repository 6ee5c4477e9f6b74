import Cryptography

/// One hash for one set of parameters: each with its length before it, so that no two sets run
/// together to the same bytes.
func fingerprint(_ parameters: [String?]) -> Digest {
  var hash = SHA256()
  for parameter in parameters {
    hash.update("\(parameter?.utf8.count ?? -1):\(parameter ?? "")".utf8.span)
  }
  return hash.finalize()
}
