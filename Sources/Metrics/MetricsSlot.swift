import Synchronization

/// The numbers of one worker, in cache lines of their own. The worker alone changes them, without a lock or a locked
/// instruction; whoever reads meanwhile sees each as it was just before or is just now.
// `@unchecked`: the cells are atomic, and have an address that does not change.
public final class MetricsSlot: @unchecked Sendable {
  private let cells: UnsafeMutablePointer<Atomic<UInt64>>
  private let count: Int

  public init(_ layout: MetricsLayout) {
    // One cache line at least, so that the allocator gives no neighbour a part of it.
    count = max(8, (layout.cells + 7) / 8 * 8)
    let bytes = UnsafeMutableRawPointer.allocate(
      byteCount: count * MemoryLayout<Atomic<UInt64>>.stride, alignment: 64)
    cells = bytes.bindMemory(to: Atomic<UInt64>.self, capacity: count)
    for index in 0..<count { (cells + index).initialize(to: Atomic(0)) }
  }

  deinit {
    cells.deinitialize(count: count)
    UnsafeMutableRawPointer(cells).deallocate()
  }

  /// - Parameter index: Of each label the index of its value, in the order of the labels.
  public func add(
    _ amount: Int = 1, to counter: Counter, _ index: Int = 0, _ second: Int = 0, _ third: Int = 0
  ) {
    add(UInt64(clamping: amount), at: counter.family.cell(index, second, third))
  }

  /// For a counter that somebody else keeps.
  public func set(_ counter: Counter, to value: Int) {
    store(UInt64(clamping: value), at: counter.family.first)
  }

  public func set(_ gauge: Gauge, to value: Int) {
    store(UInt64(clamping: value), at: gauge.family.first)
  }

  public func observe(
    _ duration: Duration, in histogram: Histogram, _ index: Int = 0, _ second: Int = 0
  ) {
    let family = histogram.family
    let nanoseconds = duration.nanoseconds
    let first = family.cell(index, second, 0)
    var bucket = 0
    while bucket < family.bounds.count, family.bounds[bucket] < nanoseconds { bucket += 1 }
    add(1, at: first + bucket)
    add(nanoseconds, at: first + family.bounds.count + 1)
  }

  func value(at cell: Int) -> UInt64 { checked(cell).pointee.load(ordering: .relaxed) }

  private func add(_ amount: UInt64, at cell: Int) {
    store(value(at: cell) &+ amount, at: cell)
  }

  private func store(_ value: UInt64, at cell: Int) {
    checked(cell).pointee.store(value, ordering: .relaxed)
  }

  private func checked(_ cell: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
    precondition((0..<count).contains(cell), "a metric of another layout")
    return cells + cell
  }
}
