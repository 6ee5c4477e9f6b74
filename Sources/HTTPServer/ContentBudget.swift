/// The memory that the contents of all requests together may take up, in bytes.
final class ContentBudget {
  private var free: Int

  init(_ size: Int) {
    free = size
  }

  /// False when there is not so much left, and nothing is taken then.
  func take(_ count: Int) -> Bool {
    guard count <= free else { return false }
    free -= count
    return true
  }

  func giveBack(_ count: Int) {
    free += count
  }
}
