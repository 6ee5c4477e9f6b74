import Testing

@testable import Metrics

@Suite struct ExpositionTests {
  private func text(_ layout: MetricsLayout, _ slots: MetricsSlot...) -> String {
    var exposition = Exposition()
    exposition.write(layout, slots)
    return String(decoding: exposition.bytes, as: UTF8.self)
  }

  @Test func `What workers count is added up`() {
    var layout = MetricsLayout()
    let requests = layout.counter("requests_total", "Requests.")
    let connections = layout.gauge("connections", "Connections.")
    let (one, other) = (MetricsSlot(layout), MetricsSlot(layout))
    one.add(to: requests)
    other.add(41, to: requests)
    one.set(connections, to: 7)
    one.set(connections, to: 3)
    other.set(connections, to: 2)
    #expect(
      text(layout, one, other) == """
        # HELP requests_total Requests.
        # TYPE requests_total counter
        requests_total 42
        # HELP connections Connections.
        # TYPE connections gauge
        connections 5

        """)
  }

  @Test func `Each combination of labels is counted apart, and shown once it occurs`() {
    var layout = MetricsLayout()
    let labels = [
      MetricFamily.Label("a", ["x", "y"]), MetricFamily.Label("b", ["1", "2", "3"]),
      MetricFamily.Label("c", ["p", "q"]),
    ]
    let counter = layout.counter("n_total", "N.", by: labels)
    let after = layout.counter("after_total", "A.")
    let slot = MetricsSlot(layout)
    var expected: [String] = []
    for a in 0..<2 {
      for b in 0..<3 {
        for c in 0..<2 where a + b + c > 0 {
          slot.add(100 * a + 10 * b + c, to: counter, a, b, c)
          let values = zip(labels, [a, b, c]).map { "\($0.name)=\"\($0.values[$1])\"" }
          expected.append("n_total{\(values.joined(separator: ","))} \(100 * a + 10 * b + c)")
        }
      }
    }
    slot.add(to: after)
    let lines = text(layout, slot).split(separator: "\n").map(String.init)
    #expect(lines.filter { $0.hasPrefix("n_total{") } == expected)
    #expect(lines.contains("after_total 1"))
  }

  @Test func `A histogram's buckets hold all that are at most their bound`() {
    var layout = MetricsLayout()
    let histogram = layout.histogram(
      "d_seconds", "D.", by: [.init("r", ["a", "b"])],
      bounds: [.milliseconds(1), .milliseconds(500)])
    let slot = MetricsSlot(layout)
    for milliseconds in [0, 1, 2, 500, 501, -1] {
      slot.observe(.milliseconds(milliseconds), in: histogram, 1)
    }
    #expect(
      text(layout, slot) == """
        # HELP d_seconds D.
        # TYPE d_seconds histogram
        d_seconds_bucket{r="b",le="0.001"} 3
        d_seconds_bucket{r="b",le="0.5"} 5
        d_seconds_bucket{r="b",le="+Inf"} 6
        d_seconds_sum{r="b"} 1.004
        d_seconds_count{r="b"} 6

        """)
  }

  @Test func `Texts can't break a line or leave their quotes`() {
    var exposition = Exposition()
    exposition.write(
      "info", "one\ntwo\\", .gauge, labels: [("version", "a\"b\\c\nd")], 1)
    exposition.write("none", "Nothing.", .gauge, nil)
    exposition.write("half", "Half.", .gauge, 0.5)
    #expect(
      String(decoding: exposition.bytes, as: UTF8.self) == #"""
        # HELP info one\ntwo\\
        # TYPE info gauge
        info{version="a\"b\\c\nd"} 1
        # HELP half Half.
        # TYPE half gauge
        half 0.5

        """#)
  }
}
