import Cryptography
import Glibc
import JSON
import SigV4

@testable import LocalAthena

/// A request as bytes will have it; a test changes what it is about, before or after signing.
struct TestRequest: Sendable {
  var method = "POST"
  var path = "/"
  var headers: [(name: String, value: String)]
  var body: [UInt8] = []

  /// What a signature is made with.
  struct Signature {
    var credentials = LocalAthena.credentials
    var time = SigningTime(secondsSince1970: WallClock.seconds)
    var date: String?
    var region = "eu-west-1"
    var service: String
    var payload: String?
    /// The hash that is signed, where it is not the one that is sent.
    var payloadAsSigned: String?
    /// Fields that the signature leaves out.
    var unsigned: Set<String> = []
    /// Fields that are there when it is made.
    var extra: [(name: String, value: String)] = []
  }

  static func athena(
    _ operation: String, _ input: String,
    signing change: (inout Signature) -> Void = { _ in }
  ) -> TestRequest {
    var request = TestRequest(
      headers: [
        ("Host", "127.0.0.1:4566"), ("Content-Type", "application/x-amz-json-1.1"),
        ("X-Amz-Target", "AmazonAthena.\(operation)"),
      ],
      body: Array(input.utf8))
    var signature = Signature(service: "athena")
    change(&signature)
    request.sign(signature, .standard)
    return request
  }

  static func s3(
    _ method: String, _ path: String, signing change: (inout Signature) -> Void = { _ in }
  ) -> TestRequest {
    var request = TestRequest(method: method, path: path, headers: [("Host", "localhost:4566")])
    var signature = Signature(service: "s3")
    signature.payload = SHA256.hash("").hex
    change(&signature)
    if let payload = signature.payload {
      request.headers.append(("X-Amz-Content-SHA256", payload))
    }
    request.sign(signature, .s3)
    return request
  }

  private mutating func sign(_ signature: Signature, _ rule: PathRule) {
    headers.append(("X-Amz-Date", signature.time.dateTime))
    headers += signature.extra
    let signable = SignableRequest(
      method: method, path: path,
      headers: headers.filter { !signature.unsigned.contains($0.name) },
      payloadHash: signature.payloadAsSigned ?? signature.payload ?? SHA256.hash(body).hex)
    let key = SigningKey(
      credentials: signature.credentials,
      scope: CredentialScope(
        date: signature.date ?? signature.time.date, region: signature.region,
        service: signature.service))
    let field = key.authorization(for: signable, at: signature.time, pathRule: rule)
    headers.append(("Authorization", field.value))
  }

  /// The value of a field, for a test to change.
  subscript(name: String) -> String {
    get { headers.first { $0.name == name }?.value ?? "" }
    set {
      headers.removeAll { $0.name == name }
      headers.append((name, newValue))
    }
  }

  func without(_ name: String) -> TestRequest {
    var request = self
    request.headers.removeAll { $0.name == name }
    return request
  }

  func with(_ name: String, _ value: String) -> TestRequest {
    var request = self
    request[name] = value
    return request
  }

  // MARK: Sending

  /// Sends it on a connection of its own, and reads all that comes until that ends.
  func send(to port: UInt16) async throws -> TestResponse {
    var text = "\(method) \(path) HTTP/1.1\r\nConnection: close\r\n"
    for (name, value) in headers { text += "\(name): \(value)\r\n" }
    text += "Content-Length: \(body.count)\r\n\r\n"
    let bytes = Array(text.utf8) + body
    return try TestResponse(await onThread { exchange(bytes, port) })
  }
}

/// Blocks; the answer's bytes.
private func exchange(_ bytes: [UInt8], _ port: UInt16) -> [UInt8] {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  defer { close(descriptor) }
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = port.bigEndian
  address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
  let connected = withUnsafeBytes(of: &address) {
    connect(
      descriptor, $0.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t($0.count))
  }
  guard connected == 0 else { return [] }
  var sent = 0
  while sent < bytes.count {
    let count = bytes.withUnsafeBytes {
      Glibc.send(descriptor, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
    }
    guard count > 0 else { break }
    sent += count
  }
  var answer: [UInt8] = []
  var piece = [UInt8](repeating: 0, count: 65536)
  while true {
    let count = recv(descriptor, &piece, piece.count, 0)
    guard count > 0 else { return answer }
    answer += piece[..<count]
  }
}

/// Runs what blocks on a thread of its own: the pool of Swift's tasks has few.
func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
  await withCheckedContinuation { continuation in
    let work = Unmanaged.passRetained(Work { continuation.resume(returning: body()) })
    var thread = pthread_t()
    let start: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = {
      Unmanaged<Work>.fromOpaque($0!).takeRetainedValue().body()
      return nil
    }
    precondition(pthread_create(&thread, nil, start, work.toOpaque()) == 0)
    pthread_detach(thread)
  }
}

private final class Work {
  let body: () -> Void

  init(body: @escaping () -> Void) {
    self.body = body
  }
}
