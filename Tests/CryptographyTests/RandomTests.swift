import Cryptography
import Testing

@Suite struct RandomTests {
  @Test(arguments: [0, 1, 16, 255, 256, 257, 10_000])
  func `fills all that is asked for`(count: Int) {
    let bytes = RandomBytes.make(count: count)
    #expect(bytes.count == count)
    // In 200 tries, a byte that is left out stays 0; one that is filled does so by chance once in
    // 256^200.
    var last: UInt8 = 0
    for _ in 0..<200 { last |= RandomBytes.make(count: count).last ?? 1 }
    #expect(last != 0)
  }

  @Test func `differs from one time to the next`() {
    #expect(RandomBytes.make(count: 16) != RandomBytes.make(count: 16))
  }

  @Test func `writes UUIDs as RFC 9562 does, version 4`() {
    for _ in 0..<1000 {
      let uuid = randomUUID()
      #expect(
        uuid.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/)
          != nil, "\(uuid)")
    }
  }

  @Test func `never makes the same UUID twice`() {
    let uuids = Set((0..<10_000).map { _ in randomUUID() })
    #expect(uuids.count == 10_000)
  }
}
