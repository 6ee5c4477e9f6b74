/// How much of something is under way on one loop, for who waits for the last of it.
package final class Unfinished {
  private var count = 0
  private var waiters: [CheckedContinuation<Void, Never>] = []

  package init() {}

  package func begin() {
    count += 1
  }

  package func end() {
    count -= 1
    guard count == 0 else { return }
    for waiter in waiters { waiter.resume() }
    waiters = []
  }

  package func wait() async {
    guard count > 0 else { return }
    await withCheckedContinuation { waiters.append($0) }
  }
}
