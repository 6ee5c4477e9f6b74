import JSON
import Testing

/// Texts are looked through a block of bytes at a time: what ends a run is found wherever in a block it is.
struct OrdinaryRunTests {
  private static let ends: [Character] = ["\"", "\\", "\n", "\u{1F}", "\0"]

  @Test(arguments: 1...100)
  func `what must be escaped is found at each place of a text`(length: Int) throws {
    for place in 0..<length {
      for end in Self.ends {
        var characters = [Character](repeating: "a", count: length)
        characters[place] = end
        let text = String(characters)
        let json = written { $0.string(text) }
        #expect(json.utf8.count == JSONWriter.length(of: text))
        #expect(json.utf8.dropFirst().dropLast().allSatisfy { $0 >= 0x20 })
        #expect(try JSONValue(json) == .string(text))
      }
    }
  }

  @Test(arguments: 1...100)
  func `a control character is refused at each place of a string`(length: Int) {
    for place in 0..<length {
      var characters = [Character](repeating: "a", count: length)
      characters[place] = "\u{1F}"
      #expect(failure(in: "\"\(String(characters))\"") != nil)
    }
  }
}
