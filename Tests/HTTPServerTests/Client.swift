import Glibc
import Testing

@testable import HTTPServer

struct Answer: Equatable {
  var status = 0
  var fields: [String: String] = [:]
  var content: [UInt8] = []
}

/// A blocking socket that gives up after 20 seconds of silence.
final class Client {
  enum Failure: Error, Equatable {
    /// The peer closed in order.
    case ended
    case reset
    /// TLS ended without a close_notify.
    case cut
    /// A fatal alert of TLS (RFC 8446 §6.2), by its number.
    case alert(Int32)
    case silence
    case other(Int32)
  }

  private(set) var descriptor: Int32
  private(set) var tls: TLSPeer?
  /// Received and not used yet.
  private var buffer: [UInt8] = []

  /// - Parameter tls: nil for none.
  init(
    _ server: TestServer, receiveBuffer: Int32? = nil, tls options: TLSPeer.Options? = nil
  ) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var time = timeval(tv_sec: 20, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(descriptor, SOL_SOCKET, option, &time, socklen_t(MemoryLayout<timeval>.size))
    }
    var one: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, 4)
    if var receiveBuffer { setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, 4) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = server.port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let result = withUnsafeBytes(of: &address) {
      connect(
        descriptor, $0.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t($0.count))
    }
    guard result == 0 else { throw Failure.other(errno) }
    tls = try options.map { try TLSPeer(on: descriptor, $0) }
  }

  deinit { close() }

  func close() {
    if descriptor >= 0 { _ = Glibc.close(descriptor) }
    descriptor = -1
  }

  /// Closes so that the peer is told of a reset.
  func reset() {
    var option = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, 8)
    close()
  }

  func finishSending() {
    shutdown(descriptor, Int32(SHUT_WR))
  }

  func send(_ text: String) throws {
    try send(bytes: latin1(text))
  }

  func send(bytes: [UInt8]) throws {
    var sent = 0
    while sent < bytes.count {
      sent += try bytes.withUnsafeBytes { try send(UnsafeRawBufferPointer(rebasing: $0[sent...])) }
    }
  }

  private func send(_ bytes: UnsafeRawBufferPointer) throws -> Int {
    if let tls { return try tls.send(bytes) }
    return try sendAsIs(bytes)
  }

  /// Sends what is encrypted already.
  func send(records: [UInt8]) throws {
    var sent = 0
    while sent < records.count {
      sent += try records.withUnsafeBytes {
        try sendAsIs(UnsafeRawBufferPointer(rebasing: $0[sent...]))
      }
    }
  }

  private func sendAsIs(_ bytes: UnsafeRawBufferPointer) throws -> Int {
    let count = Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
    guard count > 0 else { throw Self.failure(errno) }
    return count
  }

  /// Whether something has come, an end among it.
  var hasBytes: Bool {
    var watched = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&watched, 1, 0) > 0
  }

  /// Waits for more bytes.
  func receive() throws {
    var bytes = [UInt8](repeating: 0, count: 64 * 1024)
    let count = try tls?.receive(into: &bytes) ?? recv(descriptor, &bytes, bytes.count, 0)
    guard count != 0 else { throw Failure.ended }
    guard count > 0 else { throw Self.failure(errno) }
    buffer += bytes[..<count]
  }

  private static func failure(_ code: Int32) -> Failure {
    switch code {
    case EAGAIN: .silence
    case ECONNRESET, EPIPE: .reset
    default: .other(code)
    }
  }

  func take(_ count: Int) throws -> [UInt8] {
    while buffer.count < count { try receive() }
    defer { buffer.removeFirst(count) }
    return Array(buffer[..<count])
  }

  /// A line without its CRLF.
  func line() throws -> String {
    var searched = 0
    while true {
      if let end = buffer[searched...].firstIndex(of: 10) {
        defer { buffer.removeFirst(end + 1) }
        return text(Array(buffer[..<(end - 1)]))
      }
      searched = buffer.count
      try receive()
    }
  }

  /// What comes until the peer closes, and how it closes.
  func rest() -> (bytes: [UInt8], end: Failure?) {
    do {
      while true { try receive() }
    } catch {
      defer { buffer = [] }
      return (buffer, error as? Failure)
    }
  }

  func head() throws -> Answer {
    let words = try line().split(separator: " ")
    var answer = Answer(status: words.count > 1 ? Int(words[1]) ?? 0 : 0)
    while case let line = try line(), !line.isEmpty {
      let parts = line.split(separator: ":", maxSplits: 1)
      answer.fields[parts[0].lowercased()] = String(parts[1].drop { $0 == " " })
    }
    return answer
  }

  func answer(toHead isHead: Bool = false) throws -> Answer {
    var answer = try head()
    if isHead || answer.status == 204 || answer.status == 304 || answer.status < 200 {
      return answer
    }
    if let length = answer.fields["content-length"] {
      answer.content = try take(Int(length)!)
    } else if answer.fields["transfer-encoding"] == "chunked" {
      while case let size = Int(try line(), radix: 16)!, size > 0 {
        answer.content += try take(size)
        #expect(try line() == "")
      }
      #expect(try line() == "")
    } else {
      let (bytes, end) = rest()
      guard end == .ended else { throw end! }
      answer.content = bytes
    }
    return answer
  }

  /// Whether the peer closes in order, and sends nothing more before.
  func isClosed() -> Bool {
    let (bytes, end) = rest()
    return bytes.isEmpty && end == .ended
  }
}
