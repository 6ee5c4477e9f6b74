import COpenSSL

/// What OpenSSL says of its last failure on this thread.
enum OpenSSLError {
  static func reason() -> String {
    let code = ERR_peek_last_error()
    guard let reason = ERR_reason_error_string(code) else { return "error \(code)" }
    return String(cString: reason)
  }
}
