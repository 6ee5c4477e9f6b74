import CCurl

extension CURLcode {
  /// The one table from libcurl's codes to errors.
  ///
  /// - Parameter detail: What libcurl wrote on this failure; empty when it wrote nothing.
  func error(detail: String) -> HTTPClientError {
    let general = String(cString: curl_easy_strerror(self))
    let words = detail.isEmpty ? general : detail
    switch self {
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
      return .resolve(words)
    case CURLE_PROXY:
      return .connect(words)
    // The connect deadline is the only one that libcurl is given.
    case CURLE_COULDNT_CONNECT, CURLE_OPERATION_TIMEDOUT:
      return .connect(words)
    case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED,
      CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_PEER_FAILED_VERIFICATION,
      CURLE_USE_SSL_FAILED, CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_CACERT_BADFILE,
      CURLE_SSL_CLIENTCERT:
      return .tls(words)
    case CURLE_SEND_ERROR, CURLE_RECV_ERROR:
      return .cutShort(words)
    // What a proxy has answered to CONNECT: schemes are checked before libcurl sees a URL.
    case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY:
      return .badAnswer(words)
    // The general words: libcurl's own may quote the URL.
    case CURLE_URL_MALFORMAT, CURLE_LOGIN_DENIED, CURLE_BAD_FUNCTION_ARGUMENT:
      return .invalidRequest(general)
    default:
      return .failed(code: rawValue, general)
    }
  }
}
