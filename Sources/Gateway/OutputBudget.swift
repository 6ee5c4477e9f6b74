import EventLoop
import HTTPMessage

/// The memory that the outputs which answers include may take up together, in bytes: from S3's first piece
/// until the caller has taken the answer.
final class OutputBudget: Sendable {
  private let free: Lock<Int>

  init(_ size: Int) {
    free = Lock(size)
  }

  /// What one answer has of it. Given back at its end.
  final class Share: Sendable {
    private let budget: OutputBudget
    private let taken = Lock(0)

    init(of budget: OutputBudget) {
      self.budget = budget
    }

    deinit { budget.giveBack(taken.withLock { $0 }) }

    var isEmpty: Bool { taken.withLock { $0 == 0 } }

    /// - Throws: `overloaded` where there is not so much left; nothing is taken then.
    func take(_ count: Int) throws(Problem) {
      guard budget.take(count) else {
        throw Problem(
          .overloaded,
          "the outputs that other answers include take up all the memory that there is for them")
      }
      taken.withLock { $0 += count }
    }

    /// Gives back all but so much.
    func shrink(to count: Int) {
      let rest = taken.withLock { taken in
        defer { taken = min(taken, count) }
        return max(0, taken - count)
      }
      budget.giveBack(rest)
    }
  }

  private func take(_ count: Int) -> Bool {
    free.withLock { free in
      guard count <= free else { return false }
      free -= count
      return true
    }
  }

  private func giveBack(_ count: Int) {
    free.withLock { $0 += count }
  }
}

extension Response {
  /// Has the content keep the share, where there is one, until the caller has taken it.
  consuming func holding(_ share: OutputBudget.Share?) -> Response {
    guard case .bytes(let bytes) = content, let share, !share.isEmpty else { return self }
    share.shrink(to: bytes.count)
    var response = self
    response.content = .stream(length: bytes.count) { writer in
      try await writer.write(bytes)
      withExtendedLifetime(share) {}
    }
    return response
  }
}
