import Cryptography
import Testing

/// Vectors of FIPS 180-4, from NIST's "SHA-256 examples" and its long messages.
@Suite struct SHA256Tests {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      String(repeating: "a", count: 1_000_000),
      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    ),
  ])
  func `hashes NIST's examples`(text: String, hex: String) {
    #expect(SHA256.hash(text).hex == hex)
    #expect(SHA256.hash(Array(text.utf8)).hex == hex)
  }

  @Test(arguments: [1, 3, 63, 64, 65, 1000])
  func `hashes pieces as it hashes the whole`(size: Int) {
    let message = (0..<1000).map { UInt8(truncatingIfNeeded: $0) }
    var hash = SHA256()
    for start in stride(from: 0, to: message.count, by: size) {
      hash.update(message[start..<min(start + size, message.count)].span)
    }
    #expect(hash.finalize() == SHA256.hash(message))
  }

  @Test func `hashes no pieces, and empty ones, as nothing`() {
    let none = SHA256()
    var empty = SHA256()
    empty.update([UInt8]().span)
    let nothing = SHA256.hash("")
    #expect(none.finalize() == nothing)
    #expect(empty.finalize() == nothing)
  }
}
