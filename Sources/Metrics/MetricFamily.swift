/// One metric with all of its label values: what Prometheus calls a family.
public struct MetricFamily: Sendable {
  public enum Kind: String, Sendable {
    /// Only ever grows.
    case counter
    case gauge
    case histogram
  }

  /// A label with all the values that it can have: nothing from outside makes another one.
  public struct Label: Sendable {
    let name: String
    let values: [String]

    public init(_ name: String, _ values: [String]) {
      (self.name, self.values) = (name, values)
    }
  }

  let name: String
  let help: String
  let kind: Kind
  let labels: [Label]
  /// The upper bounds of a histogram's buckets, in nanoseconds, ascending. A last bucket has no bound.
  let bounds: [UInt64]
  /// The first of its cells in each slot.
  let first: Int

  /// The cells of one combination of label values: a number, or the buckets of a histogram and their sum.
  var width: Int { kind == .histogram ? bounds.count + 2 : 1 }

  var combinations: Int { labels.reduce(1) { $0 * $1.values.count } }

  /// Where the cells of one combination begin; each index is that of a value in its label's list.
  @inline(__always)
  func cell(_ index: Int, _ second: Int, _ third: Int) -> Int {
    var position = index
    if labels.count > 1 { position = position * labels[1].values.count + second }
    if labels.count > 2 { position = position * labels[2].values.count + third }
    return first + position * width
  }
}

/// A number that only grows.
public struct Counter: Sendable { let family: MetricFamily }

/// A number that goes up and down.
public struct Gauge: Sendable { let family: MetricFamily }

/// How often something took how long.
public struct Histogram: Sendable { let family: MetricFamily }
