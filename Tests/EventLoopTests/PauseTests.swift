import EventLoop
import TestLoops
import Testing

@Suite(.timeLimit(.minutes(1))) struct PauseTests {
  @Test func `a pause lasts as long as it is to, and ends on its loop`() async throws {
    try await onLoop { loop in
      // It counts from the beginning of the tick.
      let begin = loop.now
      try await loop.pause(for: .milliseconds(20))
      #expect(Instant.now - begin >= .milliseconds(20))
      #expect(loop.isCurrent)
    }
  }

  @Test func `pauses end in the order of their lengths`() async throws {
    let order = try await onLoop { loop in
      let order = Order()
      let tasks = [30, 10, 20].map { milliseconds in
        loop.spawn {
          try? await loop.pause(for: .milliseconds(milliseconds))
          order.values.append(milliseconds)
        }
      }
      for task in tasks { await task.value }
      return order.values
    }
    #expect(order == [10, 20, 30])
  }

  @Test func `a pause of no time lets others go first`() async throws {
    let order = try await onLoop { loop in
      let order = Order()
      let other = loop.spawn { order.values.append(1) }
      try await loop.pause(for: .zero)
      order.values.append(2)
      await other.value
      return order.values
    }
    #expect(order == [1, 2])
  }

  @Test(arguments: [true, false])
  func `cancellation ends a pause at once`(isUnderWay: Bool) async throws {
    try await onLoop { loop in
      let task = loop.spawn {
        await #expect(throws: CancellationError.self) {
          try await loop.pause(for: .seconds(3600))
        }
      }
      // Two turns of the loop: the task has begun its pause by then.
      if isUnderWay { for _ in 0..<2 { try await loop.pause(for: .zero) } }
      task.cancel()
      await task.value
    }
  }
}

private final class Order {
  var values: [Int] = []
}
