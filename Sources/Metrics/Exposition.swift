/// The text format of Prometheus, version 0.0.4.
public struct Exposition {
  /// Of the content.
  public static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

  public private(set) var bytes: [UInt8] = []

  public init() {
    bytes.reserveCapacity(32 * 1024)
  }

  /// Writes all that the slots of a layout hold, added up. Of a metric with labels the combinations that never
  /// occurred are left out.
  public mutating func write(_ layout: MetricsLayout, _ slots: [MetricsSlot]) {
    for family in layout.families {
      head(family.name, family.help, family.kind)
      for combination in 0..<family.combinations { write(family, combination, slots) }
    }
  }

  /// Writes a metric of one number; nothing where there is none.
  public mutating func write(
    _ name: String, _ help: String, _ kind: MetricFamily.Kind,
    labels: [(name: String, value: String)] = [], _ value: Double?
  ) {
    guard let value else { return }
    head(name, help, kind)
    sample(name, labels, Self.text(value))
  }

  private mutating func write(
    _ family: MetricFamily, _ combination: Int, _ slots: [MetricsSlot]
  ) {
    let first = family.first + combination * family.width
    let numbers = (0..<family.width).map { offset in
      slots.reduce(UInt64(0)) { $0 &+ $1.value(at: first + offset) }
    }
    let counts = family.kind == .histogram ? numbers.dropLast() : numbers[...]
    let total = counts.reduce(0, &+)
    // Of most combinations there is nothing to say: no labels are built for those.
    guard family.labels.isEmpty || total > 0 else { return }
    let labels = Self.labels(of: family, combination)
    switch family.kind {
    case .counter, .gauge: sample(family.name, labels, String(total))
    case .histogram:
      var below: UInt64 = 0
      for (bound, count) in zip(family.bounds, counts) {
        below &+= count
        sample(family.name + "_bucket", labels + [("le", Self.seconds(bound))], String(below))
      }
      sample(family.name + "_bucket", labels + [("le", "+Inf")], String(total))
      sample(family.name + "_sum", labels, Self.seconds(numbers[family.width - 1]))
      sample(family.name + "_count", labels, String(total))
    }
  }

  private static func labels(
    of family: MetricFamily, _ combination: Int
  ) -> [(name: String, value: String)] {
    var rest = combination
    var labels: [(name: String, value: String)] = []
    for label in family.labels.reversed() {
      let (quotient, index) = rest.quotientAndRemainder(dividingBy: label.values.count)
      labels.append((label.name, label.values[index]))
      rest = quotient
    }
    return labels.reversed()
  }

  private mutating func head(_ name: String, _ help: String, _ kind: MetricFamily.Kind) {
    let help = help.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
    append("# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n")
  }

  private mutating func sample(
    _ name: String, _ labels: [(name: String, value: String)], _ value: String
  ) {
    append(name)
    if !labels.isEmpty {
      let list = labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }
      append("{\(list.joined(separator: ","))}")
    }
    append(" \(value)\n")
  }

  /// A backslash, a quote and a line end are what a label's value can't hold.
  private static func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
  }

  private static func seconds(_ nanoseconds: UInt64) -> String {
    text(Double(nanoseconds) / 1e9)
  }

  private static func text(_ value: Double) -> String {
    let isWhole = value.magnitude < 0x1p53 && value == value.rounded(.towardZero)
    return isWhole ? String(Int64(value)) : value.description
  }

  private mutating func append(_ text: String) {
    bytes.append(contentsOf: text.utf8)
  }
}
