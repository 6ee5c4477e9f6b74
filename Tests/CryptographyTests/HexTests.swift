import Cryptography
import Testing

@Suite struct HexTests {
  @Test(
    arguments: [
      ([], ""), ([0x00], "00"), ([0x09, 0x0a, 0x0f], "090a0f"),
      ([0x10, 0x9f, 0xa0, 0xff], "109fa0ff"),
    ] as [([UInt8], String)])
  func `writes and reads`(bytes: [UInt8], text: String) {
    #expect(Hex.encode(bytes.span) == text)
    #expect(Hex.decode(text.utf8.span) == bytes)
    var appended = Array("=".utf8)
    appended.append(addingCapacity: text.utf8.count) { Hex.append(bytes.span, to: &$0) }
    #expect(appended == Array("=\(text)".utf8))
  }

  @Test func `writes dashes between groups, none of which is at an end`() {
    let bytes: [UInt8] = [0x00, 0x1f, 0xa2, 0xff]
    #expect(Hex.encode(bytes.span, withDashesBefore: 0b1010) == "00-1fa2-ff")
    #expect(Hex.encode(bytes.span, withDashesBefore: 0) == "001fa2ff")
    let most = [UInt8](repeating: 0xAB, count: 32)
    #expect(
      Hex.encode(most.span, withDashesBefore: .max)
        == String(repeating: "-ab", count: 32))
  }

  @Test func `writes and reads each byte`() {
    let bytes = Array(UInt8.min...UInt8.max)
    #expect(Hex.decode(Hex.encode(bytes.span).utf8.span) == bytes)
  }

  @Test(arguments: ["0", "000", "0g", "g0", "0A", " 0", "0x", "/0", ":0", "`0", "٠٠"])
  func `refuses what is not pairs of lower-case digits`(text: String) {
    #expect(Hex.decode(text.utf8.span) == nil)
  }

  @Test func `reads a digest of 64 digits and no other`() {
    let hex = String(repeating: "0f", count: 32)
    #expect(Digest(hex: hex.utf8.span)?.hex == hex)
    #expect(Digest(hex: hex.utf8.dropLast(2).span) == nil)
    #expect(Digest(hex: (hex + "00").utf8.span) == nil)
    #expect(Digest(hex: hex.uppercased().utf8.span) == nil)
    #expect(Digest(hex: "".utf8.span) == nil)
  }
}
