import HTTPMessage
import Testing

@testable import HTTPServer

@Suite struct BodyReaderTests {
  @Test func `a declared length takes its bytes and leaves the others`() throws {
    for split in 0...5 {
      var reader = try BodyReader(.length(5), limits: Limits())
      #expect(!reader.isComplete)
      let bytes = Array("helloGET".utf8)
      #expect(try consume(bytes[..<split], &reader) == split)
      #expect(reader.isComplete == (split == 5))
      #expect(try consume(bytes[split...], &reader) == 5 - split)
      #expect(reader.isComplete)
      #expect(reader.takeContent() == Array("hello".utf8))
      #expect(reader.content.isEmpty)
    }
  }

  @Test func `no content is complete at once`() throws {
    for framing in [RequestHead.Framing.none, .length(0)] {
      var reader = try BodyReader(framing, limits: Limits())
      #expect(reader.isComplete)
      #expect(try consume(Array("GET".utf8)[...], &reader) == 0)
    }
  }

  @Test func `a chunked content is decoded`() throws {
    var reader = try BodyReader(.chunked, limits: Limits())
    let bytes = Array("2\r\nhi\r\n0\r\n\r\nGET".utf8)
    #expect(try consume(bytes[..<5], &reader) == 5)
    #expect(!reader.isComplete)
    #expect(try consume(bytes[5...], &reader) == bytes.count - 8)
    #expect(reader.isComplete)
    #expect(reader.takeContent() == Array("hi".utf8))
  }

  @Test func `a declared length is held against the limit before a byte is read`() throws {
    var limits = Limits()
    limits.body = 10
    _ = try BodyReader(.length(10), limits: limits)
    for length in [11, .max] {
      #expect(throws: Refusal.contentTooLarge(limit: 10)) {
        _ = try BodyReader(.length(length), limits: limits)
      }
    }
  }

  private func consume(_ bytes: ArraySlice<UInt8>, _ reader: inout BodyReader) throws -> Int {
    try withGuarded(bytes) { try reader.consume($0) }
  }
}
