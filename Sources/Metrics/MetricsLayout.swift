/// Which metrics there are, and where in a slot each has its cells.
public struct MetricsLayout: Sendable {
  private(set) var families: [MetricFamily] = []
  private(set) var cells = 0

  public init() {}

  public mutating func counter(
    _ name: String, _ help: String, by labels: [MetricFamily.Label] = []
  ) -> Counter {
    Counter(family: add(name, help, .counter, labels))
  }

  /// What is read is the sum over all slots.
  public mutating func gauge(_ name: String, _ help: String) -> Gauge {
    Gauge(family: add(name, help, .gauge, []))
  }

  /// - Parameter bounds: The upper bounds of its buckets, ascending.
  public mutating func histogram(
    _ name: String, _ help: String, by labels: [MetricFamily.Label] = [], bounds: [Duration]
  ) -> Histogram {
    Histogram(family: add(name, help, .histogram, labels, bounds.map(\.nanoseconds)))
  }

  private mutating func add(
    _ name: String, _ help: String, _ kind: MetricFamily.Kind, _ labels: [MetricFamily.Label],
    _ bounds: [UInt64] = []
  ) -> MetricFamily {
    let family = MetricFamily(
      name: name, help: help, kind: kind, labels: labels, bounds: bounds, first: cells)
    families.append(family)
    cells += family.combinations * family.width
    return family
  }
}

extension Duration {
  /// 0 for what is negative; 584 years at most.
  var nanoseconds: UInt64 {
    let (seconds, attoseconds) = components
    guard seconds >= 0, attoseconds >= 0 else { return 0 }
    let (product, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
    return overflow ? .max : product &+ UInt64(attoseconds / 1_000_000_000)
  }
}
