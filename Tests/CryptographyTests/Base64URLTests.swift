import Cryptography
import Testing

@Suite struct Base64URLTests {
  /// RFC 4648 §10, without the padding, and RFC 7515 appendix C.
  @Test(arguments: [
    ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
    ("foobar", "Zm9vYmFy"),
  ])
  func `The examples of RFC 4648 hold`(text: String, encoded: String) {
    #expect(Base64URL.encode(Array(text.utf8)) == encoded)
    #expect(Base64URL.decode(encoded.utf8) == Array(text.utf8))
  }

  @Test func `All bytes come back`() {
    #expect(Base64URL.encode([3, 236, 255, 224, 193]) == "A-z_4ME")
    for length in 0..<70 {
      let bytes = RandomBytes.make(count: length)
      #expect(Base64URL.decode(Base64URL.encode(bytes).utf8) == bytes)
    }
  }

  @Test(arguments: ["Z", "Zg==", "Zg=", "Zh", "Zm9", "Zm 8", "Zm8\n", "+w", "/w", "Zé", "ZmZmZ"])
  func `Another spelling is none`(text: String) {
    #expect(Base64URL.decode(text.utf8) == nil)
  }
}
