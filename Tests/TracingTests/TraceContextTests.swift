import HTTPMessage
import Testing

@testable import Tracing

@Suite struct TraceContextTests {
  private static let trace = "0af7651916cd43dd8448eb211c80319c"
  private static let parent = "b7ad6b7169203331"

  private func context(_ fields: (String, String)...) -> TraceContext {
    TraceContext(FieldSection(fields.map { (name: $0.0, value: $0.1) }))
  }

  static let valid: [(value: String, isSampled: Bool)] = [
    ("00-\(trace)-\(parent)-01", true), ("00-\(trace)-\(parent)-00", false),
    ("00-\(trace)-\(parent)-ff", true), ("00-\(trace)-\(parent)-02", false),
    ("cc-\(trace)-\(parent)-01", true), ("cc-\(trace)-\(parent)-01-what-may-come", true),
  ]

  @Test(arguments: valid)
  func `A caller's trace is gone on with`(value: String, isSampled: Bool) throws {
    let context = context(("traceparent", value))
    #expect(context.traceID == Self.trace)
    #expect(context.parentID == Self.parent)
    #expect(context.isSampled == isSampled)
    #expect(context.spanID != Self.parent)
    let sent = try #require(context.fields.first)
    #expect(sent.name == "traceparent")
    #expect(sent.value == "00-\(Self.trace)-\(context.spanID)-\(isSampled ? "01" : "00")")
  }

  static let invalid = [
    "", "00", "00-\(trace)-\(parent)", "00-\(trace)-\(parent)-0", "00-\(trace)-\(parent)-01-",
    "00-\(trace)-\(parent)-01-more", "cc-\(trace)-\(parent)-01more", "ff-\(trace)-\(parent)-01",
    "00-\(trace.uppercased())-\(parent)-01", "00-\(trace)-\(parent.uppercased())-01",
    "00-\(String(repeating: "0", count: 32))-\(parent)-01",
    "00-\(trace)-\(String(repeating: "0", count: 16))-01", "00_\(trace)_\(parent)_01",
    "00-\(trace)-\(parent)-0g", "0-\(trace)0-\(parent)-01", " 00-\(trace)-\(parent)-01",
    "00-\(trace)-\(parent)-01, 00-\(trace)-\(parent)-01", "00-ä\(trace.dropFirst(2))-\(parent)-01",
  ]

  @Test(arguments: invalid)
  func `What is no traceparent begins a new trace`(value: String) throws {
    let context = context(("traceparent", value), ("tracestate", "a=1"))
    #expect(context.traceID != Self.trace)
    #expect(context.parentID == nil)
    #expect(context.state == nil)
    #expect(context.fields.map(\.name) == ["traceparent"])
    let sent = try #require(context.fields.first?.value)
    #expect(sent.wholeMatch(of: /00-[0-9a-f]{32}-[0-9a-f]{16}-00/) != nil)
  }

  @Test func `Two traceparents are none`() {
    let value = "00-\(Self.trace)-\(Self.parent)-01"
    #expect(context(("traceparent", value), ("traceparent", value)).traceID != Self.trace)
  }

  @Test func `Every request has a span of its own`() {
    let value = "00-\(Self.trace)-\(Self.parent)-01"
    let spans = (0..<100).map { _ in context(("traceparent", value)).spanID }
    #expect(Set(spans).count == 100)
    #expect(Set((0..<100).map { _ in TraceContext().traceID }).count == 100)
  }

  private static func name(_ length: Int) -> String { String(repeating: "x", count: length) }

  static let states: [(sent: [String], passed: String?)] = [
    (["rojo=00f067aa0ba902b7"], "rojo=00f067aa0ba902b7"),
    (["a=1,b=2"], "a=1,b=2"), (["a=1", "b=2"], "a=1, b=2"), (["a=1, ,b=2"], "a=1, ,b=2"),
    (["fw529a3039@dt=FfYwVS;q"], "fw529a3039@dt=FfYwVS;q"), (["0a@dt=x"], "0a@dt=x"),
    (["0a=x"], nil), (["a@0b=x"], nil), (["a@=x"], nil), (["@a=x"], nil),
    (["a@\(name(14))=x"], "a@\(name(14))=x"), (["a@\(name(15))=x"], nil),
    (["\(name(241))@a=x"], "\(name(241))@a=x"), (["\(name(242))@a=x"], nil),
    (["\(name(256))=x"], "\(name(256))=x"), (["\(name(257))=x"], nil),
    // Too long: what is at the end goes.
    (["a=\(name(250)),b=\(name(250)),c=1,d=\(name(100)),e=1"], "a=\(name(250)),b=\(name(250)),c=1"),
    (["a=\(name(250)),b=\(name(250)),c=1,D=\(name(100))"], nil),
    ([""], nil), (["a"], nil), (["=1"], nil), (["A=1"], nil), (["a=1,a=2"], nil), (["a=b=c"], nil),
    (["a@b@c=1"], nil), (["a=\u{7f}"], nil), (["a=ä"], nil),
    ([(0..<33).map { "k\($0)=1" }.joined(separator: ",")], nil),
    (["a=" + String(repeating: "x", count: 257)], nil),
  ]

  @Test(arguments: states)
  func `A valid tracestate is passed on, as far as it is not too long, and no other`(
    sent: [String], passed: String?
  ) {
    let parent = (name: "traceparent", value: "00-\(Self.trace)-\(Self.parent)-01")
    let context = TraceContext(
      FieldSection([parent] + sent.map { (name: "tracestate", value: $0) }))
    #expect(context.state == passed)
    #expect(context.fields.dropFirst().map(\.value) == (passed.map { [$0] } ?? []))
  }
}
