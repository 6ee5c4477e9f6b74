import HTTPMessage
import Testing

struct ByteRangeTests {
  private static let ranges: [(String, ByteRange)] = [
    ("bytes=0-0", .from(0, through: 0)), ("bytes=5-", .from(5, through: nil)),
    ("bytes=-7", .suffix(7)), ("bytes=-0", .suffix(0)), ("BYTES=1-2", .from(1, through: 2)),
    ("bytes= 1-2\t", .from(1, through: 2)), ("bytes=,1-2, ,", .from(1, through: 2)),
    ("bytes=007-008", .from(7, through: 8)),
    ("bytes=0-99999999999999999999", .from(0, through: .max)),
    ("bytes=99999999999999999999-", .from(.max, through: nil)),
    ("bytes=-99999999999999999999", .suffix(.max)),
  ]

  @Test(arguments: ranges)
  func `One range of bytes is read`(field: String, range: ByteRange) {
    #expect(ByteRange(field: field) == range)
  }

  @Test(arguments: [
    "", "bytes", "bytes=", "bytes=-", "bytes=,", "bytes=2-1", "bytes=a-", "bytes=1", "bytes=1-b",
    "bytes=+1-2", "bytes=1-2-3", "bytes=--1", "bytes=1 - 2", "bytes =1-2", "lines=1-2",
    "bytes=0-1,3-4", "bytes=0-1, bytes=3-4", "bytes=١-٢", "bytes==1-2",
  ])
  func `Anything else, and several of them, are passed over`(field: String) {
    #expect(ByteRange(field: field) == nil)
  }

  private static let positions: [(ByteRange, Int, ClosedRange<Int>?)] = [
    (.from(0, through: 0), 1, 0...0), (.from(0, through: .max), 5, 0...4),
    (.from(4, through: nil), 5, 4...4), (.from(5, through: nil), 5, nil),
    (.from(.max, through: nil), 5, nil), (.from(0, through: nil), 0, nil),
    (.suffix(2), 5, 3...4), (.suffix(.max), 5, 0...4), (.suffix(0), 5, nil), (.suffix(1), 0, nil),
  ]

  @Test(arguments: positions)
  func `It has positions within a length`(
    range: ByteRange, length: Int, positions: ClosedRange<Int>?
  ) {
    #expect(range.positions(in: length) == positions)
  }

  @Test(arguments: ["bytes=0-0", "bytes=5-", "bytes=-7"])
  func `It is written as it was read`(field: String) {
    #expect(ByteRange(field: field)?.description == field)
  }

  @Test(arguments: ["bytes 0-0/1", "bytes 3-9/10", "bytes */0", "bytes */10"])
  func `A content's part is read and written`(field: String) {
    #expect(ContentRange(field: field)?.description == field)
  }

  @Test(arguments: [
    "", "bytes", "bytes 0-0", "bytes 0-0/*", "bytes 1-0/2", "bytes 0-2/2", "bytes 0-0/1/1",
    "lines 0-0/1", "bytes 0-0/-1", "bytes -1/2", "bytes  0-0/1", "bytes=0-0/1",
    "bytes 0-99999999999999999999/99999999999999999999",
  ])
  func `What contradicts itself is no part`(field: String) {
    #expect(ContentRange(field: field) == nil)
  }

  @Test(arguments: [
    ("\"\"", true), ("\"a\"", true), ("\"é\"", true), ("W/\"a\"", false), ("a", false),
    ("\"", false),
    ("\"a\", \"b\"", false), ("\"a b\"", false), ("", false), ("\"a", false),
  ])
  func `A strong entity tag is told from everything else`(text: String, isStrong: Bool) {
    #expect(EntityTag.isStrong(text) == isStrong)
  }
}
