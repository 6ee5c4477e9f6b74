import HTTPMessage
import HTTPTypes
import Testing

@Suite struct FieldSectionTests {
  let section = FieldSection([("hOST", "a"), ("Accept", "x"), ("X-Empty", ""), ("accept", "y")])

  @Test func `names are compared without regard to case`() {
    #expect(section[HTTPField.Name("Host")!] == "a")
    #expect(section.contains(HTTPField.Name("x-eMPTY")!))
    #expect(!section.contains(HTTPField.Name("X-Empt")!))
  }

  @Test func `the lines of one name are joined in their order`() {
    #expect(section[.accept] == "x, y")
    #expect(section.values(of: .accept) == ["x", "y"])
  }

  @Test func `an absent field is not an empty one`() {
    #expect(section[.cookie] == nil)
    #expect(section[HTTPField.Name("X-Empty")!] == "")
  }

  @Test func `bytes that are no UTF-8 are replaced, not trapped on`() {
    let section = FieldSection(
      bytes: [0x61, 0xFF, 0xC3], lines: [FieldSection.Line(name: 0..<1, value: 1..<3)])
    #expect(section[HTTPField.Name("a")!] == "\u{FFFD}\u{FFFD}")
  }

  @Test func `only upper-case ASCII letters are lowered`() {
    for byte in UInt8.min...UInt8.max {
      let expected = (65...90).contains(byte) ? byte + 32 : byte
      #expect(byte.asciiLowercased == expected)
    }
  }
}
