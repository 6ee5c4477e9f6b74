import EventLoop
import Glibc

/// One lookup of a name, on a thread of its own for as long as the system's resolver takes: with silent
/// name servers half a minute, and nothing ends it sooner.
enum NameLookup {
  /// Addresses in the order in which to try them (RFC 6724), or why there are none.
  typealias Answer = Result<[String], Failure>

  struct Failure: Error, Equatable {
    let reason: String
  }

  /// Returns at once, and calls `completion` on the thread.
  static func begin(_ name: String, _ completion: @escaping @Sendable (Answer) -> Void) {
    do throws(SystemError) {
      try BlockingWork.begin { completion(addresses(of: name)) }
    } catch {
      completion(.failure(Failure(reason: "no thread: \(error.reason)")))
    }
  }

  private static func addresses(of name: String) -> Answer {
    var hints = addrinfo()
    // One for each address, where there would be one for each kind of socket.
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(name, nil, &hints, &list)
    guard code == 0 else {
      return .failure(Failure(reason: String(cString: gai_strerror(code))))
    }
    defer { freeaddrinfo(list) }
    let texts = sequence(first: list, next: { $0?.pointee.ai_next }).compactMap { entry in
      entry.flatMap { text($0.pointee) }
    }
    return texts.isEmpty ? .failure(Failure(reason: "no address")) : .success(texts)
  }

  /// nil for what libcurl can't be told: an address with a zone.
  private static func text(_ entry: addrinfo) -> String? {
    var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    let code = getnameinfo(
      entry.ai_addr, entry.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
    let address = text.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    guard code == 0, !address.contains("%") else { return nil }
    return entry.ai_family == AF_INET6 ? "[\(address)]" : address
  }
}
