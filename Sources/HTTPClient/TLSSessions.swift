import CCurl

/// The TLS sessions of all handles of one client, freed behind the last of them: each handle by itself would
/// remember its own alone.
final class TLSSessions {
  private let share: UnsafeMutableRawPointer

  /// libcurl has been initialized before.
  init() {
    guard let share = curl_share_init(), ccurl_share_tls_sessions(share) == CURLSHE_OK else {
      fatalError("libcurl: out of memory")
    }
    self.share = share
  }

  deinit {
    let code = curl_share_cleanup(share)
    assert(code == CURLSHE_OK, "a handle outlives what it shares")
  }

  /// Has a handle use and remember them.
  func serve(_ easy: UnsafeMutableRawPointer) -> CURLcode {
    ccurl_use_share(easy, share)
  }
}
