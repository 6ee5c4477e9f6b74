import Tracing

/// The calls to AWS of a request that waits, or of the polls that it has begun. Each needs a request's place,
/// and comes when its caller has one free: so whatever his requests are, one caller has no more calls under way
/// than `--caller-requests`.
///
/// Who waits for the same thing waits for its first caller's turn. That is the price of asking once for all.
final class WaitingCalls: CallPlace {
  private let usage: CallerUsage
  private let partition: Partition
  /// More than one where calls are made side by side.
  private var slots: [CallerUsage.Slot] = []

  init(_ usage: CallerUsage, of partition: Partition) {
    self.usage = usage
    self.partition = partition
  }

  func take() async {
    guard slots.isEmpty, let slot = await usage.nextPlace(of: partition) else { return }
    slots.append(slot)
  }

  func letGo() {
    slots = []
  }

  func another() -> any CallPlace { WaitingCalls(usage, of: partition) }
}
