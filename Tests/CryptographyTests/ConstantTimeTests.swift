import Cryptography
import Testing

@Suite struct ConstantTimeTests {
  @Test(
    arguments: [
      ([], [], true), ([1], [1], true), ([1, 2, 3], [1, 2, 3], true),
      ([], [1], false), ([1], [], false), ([1, 2], [1, 2, 3], false), ([1, 2, 3], [1, 2], false),
      ([0, 2, 3], [1, 2, 3], false), ([1, 2, 3], [1, 2, 0], false),
    ] as [([UInt8], [UInt8], Bool)])
  func `tells equal from unequal`(left: [UInt8], right: [UInt8], equal: Bool) {
    #expect(isEqualInConstantTime(left.span, right.span) == equal)
  }

  @Test(arguments: 0..<32)
  func `sees a difference in each byte of a digest`(index: Int) {
    let digest = SHA256.hash("")
    var digits = Array(digest.hex.utf8)
    digits[2 * index] =
      digits[2 * index] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
    #expect(Digest(hex: digits.span) != digest)
  }
}
