import Testing

@testable import Cryptography

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

  @Test(arguments: [16, 24, 255, 256, 257])
  func `names never have the same bytes, on whatever threads they are drawn`(count: Int) async {
    func name() -> [UInt8] {
      var bytes = [UInt8](repeating: 0, count: count)
      var span = bytes.mutableSpan
      RandomBytes.fill(name: &span)
      return bytes
    }
    let drawn = await withTaskGroup(of: [[UInt8]].self) { group in
      for _ in 0..<8 { group.addTask { (0..<100).map { _ in name() } } }
      return await group.reduce(into: []) { $0 += $1 }
    }
    // Of 800 names of 16 bytes two are the same by chance once in 2^109.
    #expect(Set(drawn).count == drawn.count)
    #expect(drawn.contains { $0.last != 0 } && drawn.contains { $0.first != 0 })
  }

  @Test func `a name is gone from the block once it is given out`() {
    let block = RandomBlock()
    for count in [1, 16, 100, 139] {
      var bytes = [UInt8](repeating: 0, count: count)
      var span = bytes.mutableSpan
      block.take(&span)
    }
    #expect(block.bytes.allSatisfy { $0 == 0 } && block.bytes.count == 256)
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
