import Cryptography
import EventLoop
import Testing

@testable import LocalAthena

@Suite struct StoreTests {
  @Test func `the oldest tokens go when there are too many`() throws {
    let store = TokenStore<Int>(capacity: 3)
    let parameters = SHA256.hash("p")
    for number in 0..<8 { store.remember("t\(number)", parameters, number) }
    for number in 0..<8 {
      let found = try store.started(by: "t\(number)", with: parameters)
      #expect(found == (number < 5 ? nil : number))
    }
  }

  @Test func `tokens are told apart by their bytes, though Unicode holds them for equal`() throws {
    let store = TokenStore<Int>(capacity: 3)
    let (composed, decomposed) = ("caf\u{e9}", "cafe\u{301}")
    try #require(composed == decomposed)
    for token in [composed, decomposed] {
      #expect(try store.started(by: token, with: SHA256.hash(token)) == nil)
      store.remember(token, SHA256.hash(token), token.utf8.count)
    }
    for token in [composed, decomposed] {
      #expect(try store.started(by: token, with: SHA256.hash(token)) == token.utf8.count)
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
