import Cryptography
import Testing

@Suite struct HMACSHA256Tests {
  /// RFC 4231 §4, test cases 1 to 4, 6 and 7 (5 is about truncation, which nothing here does).
  @Test(arguments: [
    (
      [UInt8](repeating: 0x0b, count: 20), "Hi There",
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    ),
    (
      Array("Jefe".utf8), "what do ya want for nothing?",
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    ),
    (
      [UInt8](repeating: 0xaa, count: 131),
      "Test Using Larger Than Block-Size Key - Hash Key First",
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    ),
    (
      [UInt8](repeating: 0xaa, count: 131),
      "This is a test using a larger than block-size key and a larger than block-size data. "
        + "The key needs to be hashed before being used by the HMAC algorithm.",
      "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
    ),
  ])
  func `agrees with RFC 4231 on text`(key: [UInt8], message: String, hex: String) {
    #expect(HMACSHA256.code(message, key: key.span).hex == hex)
  }

  @Test(arguments: [
    (
      [UInt8](repeating: 0xaa, count: 20), [UInt8](repeating: 0xdd, count: 50),
      "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
    ),
    (
      Array(1...25), [UInt8](repeating: 0xcd, count: 50),
      "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
    ),
    // Not in the RFC: the empty key, padded to a block of zeros by RFC 2104.
    ([], [], "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"),
  ])
  func `agrees with RFC 4231 on bytes`(key: [UInt8], message: [UInt8], hex: String) {
    #expect(HMACSHA256(key: key.span).code(message.span).hex == hex)
  }

  @Test func `takes a key and a message that have no address`() {
    #expect(
      HMACSHA256(key: Span<UInt8>()).code(Span<UInt8>()).hex
        == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
  }

  @Test func `remembers no key from the call before`() {
    let key: [UInt8] = [1]
    let none: [UInt8] = []
    let first = HMACSHA256.code("message", key: key.span)
    let second = HMACSHA256.code("message", key: none.span)
    #expect(first != second)
    #expect(HMACSHA256.code("message", key: key.span) == first)
  }

  @Test func `works from many tasks at once`() async {
    let expected = HMACSHA256.code("message", key: [UInt8](repeating: 1, count: 1).span)
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 {
        group.addTask {
          let key: [UInt8] = [1]
          return (0..<1000).allSatisfy { _ in
            HMACSHA256.code("message", key: key.span) == expected
          }
        }
      }
      for await same in group { #expect(same) }
    }
  }
}
