import Crypto
import EventLoop
import Testing

@testable import LocalAthena

@Suite struct StoreTests {
  @Test func `the oldest tokens go when there are too many`() throws {
    let outputs = try OutputStore(in: nil)
    defer { outputs.removeAll() }
    _ = try outputs.makeDirectory(of: "s")
    let store = TokenStore(capacity: 3)
    let parameters = SHA256.hash("p")
    for number in 0..<8 {
      let calculation = Calculation(
        id: "c\(number)", sessionID: "s", description: nil,
        outputs: try outputs.make(session: "s", calculation: "c\(number)"), launch: { _ in })
      store.remember("t\(number)", parameters, calculation)
    }
    for number in 0..<8 {
      let found = try store.calculation(of: "t\(number)", with: parameters)?.id
      #expect(found == (number < 5 ? nil : "c\(number)"))
    }
  }

  @Test func `tokens are told apart by their bytes, though Unicode holds them for equal`() throws {
    let outputs = try OutputStore(in: nil)
    defer { outputs.removeAll() }
    _ = try outputs.makeDirectory(of: "s")
    let store = TokenStore(capacity: 3)
    let (composed, decomposed) = ("caf\u{e9}", "cafe\u{301}")
    try #require(composed == decomposed)
    for token in [composed, decomposed] {
      #expect(try store.calculation(of: token, with: SHA256.hash(token)) == nil)
      let id = "\(token.utf8.count) bytes"
      let calculation = Calculation(
        id: id, sessionID: "s", description: nil,
        outputs: try outputs.make(session: "s", calculation: id), launch: { _ in })
      store.remember(token, SHA256.hash(token), calculation)
    }
    for token in [composed, decomposed] {
      let found = try store.calculation(of: token, with: SHA256.hash(token))?.id
      #expect(found == "\(token.utf8.count) bytes")
    }
  }

  @Test func `outputs have nowhere to go where their directory can't be made`() {
    #expect(throws: SystemError.self) { try OutputStore(in: "/no/such/directory") }
  }

  @Test func `a line is whole when its end has come`() {
    var lines = LineBuffer()
    func append(_ text: String) {
      Array(text.utf8).withUnsafeBytes { lines.append($0) }
    }
    append("{\"a\"")
    #expect(lines.next() == nil)
    append(":1}\n\n{")
    #expect(lines.next() == Array("{\"a\":1}".utf8))
    #expect(lines.next() == [])
    #expect(lines.next() == nil)
  }
}
