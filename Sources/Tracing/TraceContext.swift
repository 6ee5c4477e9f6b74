import Cryptography
public import HTTPMessage
import HTTPTypes

/// A request's place in a trace (W3C Trace Context, level 1): the trace that its caller has begun, or a new one.
public struct TraceContext: Sendable, Equatable {
  /// The value of the `traceparent` field that goes with the calls: `00-TRACE-SPAN-FLAGS`.
  private let parent: String
  /// What the caller calls its own part of the trace: 16 lower-case hexadecimal digits; nil in a new trace.
  public let parentID: String?
  /// Whether the caller records the trace; nobody is told to who was not.
  public let isSampled: Bool
  /// What the systems on the way have noted, as far as it is passed on; nil without a valid `tracestate`.
  public let state: String?

  /// Goes on with the trace that the fields name, and begins one where they name none.
  public init(_ fields: FieldSection) {
    let parents = fields.values(of: .traceparent)
    let parent = parents.count == 1 ? Parent(parents[0]) : nil
    self.init(
      parent, state: parent.flatMap { _ in fields[.tracestate].flatMap(TraceState.passedOn) })
  }

  /// A new trace.
  public init() {
    self.init(nil, state: nil)
  }

  private init(_ caller: Parent?, state: String?) {
    // Version, trace, span and flags, each of which has its dash before it.
    var bytes = InlineArray<26, UInt8>(repeating: 0)
    var span = bytes.mutableSpan
    RandomBytes.fill(name: &span)
    bytes[0] = 0
    // No id is all zeros, which a random number could be.
    bytes[1] |= 1
    bytes[17] |= 1
    if let caller { for index in 0..<16 { bytes[1 + index] = caller.trace[index] } }
    bytes[25] = caller?.isSampled == true ? 1 : 0
    parent = Hex.encode(bytes.span, withDashesBefore: 1 << 1 | 1 << 17 | 1 << 25)
    (parentID, isSampled) = (caller?.id, caller?.isSampled ?? false)
    self.state = state
  }

  /// 32 lower-case hexadecimal digits, not all of them 0.
  public var traceID: Substring { digits(3..<35) }

  /// What the gateway's part of the trace is called: 16 such digits.
  public var spanID: Substring { digits(36..<52) }

  private func digits(_ range: Range<Int>) -> Substring {
    let start = parent.utf8.index(parent.startIndex, offsetBy: range.lowerBound)
    return parent[start..<parent.utf8.index(start, offsetBy: range.count)]
  }

  /// What goes with the calls that the request leads to.
  public var fields: [(name: String, value: String)] {
    guard let state else { return [("traceparent", parent)] }
    return [("traceparent", parent), ("tracestate", state)]
  }
}

/// The value of a `traceparent` field: `00-TRACE-PARENT-FLAGS`.
private struct Parent {
  /// 16 bytes.
  let trace: [UInt8]
  let id: String
  let isSampled: Bool

  /// nil where the text breaks the rules of section 3.2. A later version may say more after the four parts of
  /// version 00, which are read as ever.
  init?(_ text: String) {
    let bytes = text.utf8.span
    let dash = UInt8(ascii: "-")
    guard bytes.count >= 55, bytes[2] == dash, bytes[35] == dash, bytes[52] == dash,
      let version = Hex.decode(bytes.extracting(0..<2))?.first, version != 0xFF,
      bytes.count == 55 || version != 0 && bytes[55] == dash,
      let trace = Hex.decode(bytes.extracting(3..<35)), trace.contains(where: { $0 != 0 }),
      let id = Hex.decode(bytes.extracting(36..<52)), id.contains(where: { $0 != 0 }),
      let flags = Hex.decode(bytes.extracting(53..<55))?.first
    else { return nil }
    (self.trace, self.id, isSampled) = (trace, Hex.encode(id.span), flags & 1 == 1)
  }
}

extension HTTPField.Name {
  fileprivate static let traceparent = Self("traceparent")!
  fileprivate static let tracestate = Self("tracestate")!
}
