/// The deadlines of one loop: a binary heap whose entries know where they are, so that arming,
/// moving and disarming cost O(log n).
///
/// An owner takes a slot once and arms it as often as it likes; nothing is allocated in between.
struct DeadlineQueue {
  struct ID: Equatable {
    fileprivate let slot: Int
  }

  private struct Entry {
    var instant: Instant
    let slot: Int
  }

  private struct Slot {
    var position: Int?
    var action: (() -> Void)?
  }

  private var heap: [Entry] = []
  private var slots: [Slot] = []
  private var free: [Int] = []

  /// The earliest armed deadline.
  var next: Instant? { heap.first?.instant }

  /// Takes a slot, not armed yet.
  mutating func insert(_ action: @escaping () -> Void) -> ID {
    if let slot = free.popLast() {
      slots[slot].action = action
      return ID(slot: slot)
    }
    slots.append(Slot(position: nil, action: action))
    return ID(slot: slots.count - 1)
  }

  /// Gives the slot back; its action never runs again.
  mutating func remove(_ id: ID) {
    disarm(id)
    slots[id.slot].action = nil
    free.append(id.slot)
  }

  /// Sets the moment, whether or not one was set.
  mutating func arm(_ id: ID, at instant: Instant) {
    guard let position = slots[id.slot].position else {
      heap.append(Entry(instant: instant, slot: id.slot))
      siftUp(from: heap.count - 1)
      return
    }
    let earlier = instant < heap[position].instant
    heap[position].instant = instant
    if earlier { siftUp(from: position) } else { siftDown(from: position) }
  }

  mutating func disarm(_ id: ID) {
    guard let position = slots[id.slot].position else { return }
    slots[id.slot].position = nil
    let last = heap.removeLast()
    guard position < heap.count else { return }
    heap[position] = last
    siftUp(from: position)
    siftDown(from: slots[last.slot].position ?? position)
  }

  /// Takes one deadline that is due, disarmed; nil when none is.
  mutating func popDue(at now: Instant) -> (() -> Void)? {
    guard let first = heap.first, first.instant <= now else { return nil }
    disarm(ID(slot: first.slot))
    return slots[first.slot].action
  }

  private mutating func siftUp(from start: Int) {
    let entry = heap[start]
    var position = start
    while position > 0 {
      let parent = (position - 1) / 2
      guard entry.instant < heap[parent].instant else { break }
      place(heap[parent], at: position)
      position = parent
    }
    place(entry, at: position)
  }

  private mutating func siftDown(from start: Int) {
    let entry = heap[start]
    var position = start
    while true {
      var child = 2 * position + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, heap[child + 1].instant < heap[child].instant { child += 1 }
      guard heap[child].instant < entry.instant else { break }
      place(heap[child], at: position)
      position = child
    }
    place(entry, at: position)
  }

  private mutating func place(_ entry: Entry, at position: Int) {
    heap[position] = entry
    slots[entry.slot].position = position
  }
}
