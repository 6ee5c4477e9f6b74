import Cryptography
public import HTTPMessage
import HTTPTypes

/// A request's place in a trace (W3C Trace Context, level 1): the trace that its caller has begun, or a new one.
public struct TraceContext: Sendable, Equatable {
  /// 32 lower-case hexadecimal digits, not all of them 0.
  public let traceID: String
  /// What the caller calls its own part of the trace: 16 such digits; nil in a new trace.
  public let parentID: String?
  /// What the gateway's part of the trace is called.
  public let spanID: String
  /// Whether the caller records the trace; nobody is told to who was not.
  public let isSampled: Bool
  /// What the systems on the way have noted, as far as it is passed on; nil without a valid `tracestate`.
  public let state: String?

  /// Goes on with the trace that the fields name, and begins one where they name none.
  public init(_ fields: FieldSection) {
    let parents = fields.values(of: .traceparent)
    let state = fields[.tracestate].flatMap(TraceState.passedOn)
    let parent = parents.count == 1 ? Parent(parents[0]) : nil
    self.init(parent, state: parent == nil ? nil : state)
  }

  /// A new trace.
  public init() {
    self.init(nil, state: nil)
  }

  private init(_ parent: Parent?, state: String?) {
    // No id is all zeros, which a random number could be.
    var bytes = RandomBytes.make(count: parent == nil ? 24 : 8)
    bytes[0] |= 1
    bytes[bytes.count - 1] |= 1
    spanID = Hex.encode(bytes.span.extracting(last: 8))
    traceID = parent?.traceID ?? Hex.encode(bytes.span.extracting(first: 16))
    (parentID, isSampled) = (parent?.parentID, parent?.isSampled ?? false)
    self.state = state
  }

  /// What goes with the calls that the request leads to.
  public var fields: [(name: String, value: String)] {
    let parent = ("traceparent", "00-\(traceID)-\(spanID)-\(isSampled ? "01" : "00")")
    return [parent] + (state.map { [("tracestate", $0)] } ?? [])
  }
}

/// The value of a `traceparent` field: `00-TRACE-PARENT-FLAGS`.
private struct Parent {
  let traceID: String
  let parentID: String
  let isSampled: Bool

  /// nil where the text breaks the rules of section 3.2. A later version may say more after the four parts of
  /// version 00, which are read as ever.
  init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count >= 55, [2, 35, 52].allSatisfy({ bytes[$0] == UInt8(ascii: "-") }) else {
      return nil
    }
    let isFirstVersion = bytes[0] == UInt8(ascii: "0") && bytes[1] == UInt8(ascii: "0")
    guard bytes.count == 55 || !isFirstVersion && bytes[55] == UInt8(ascii: "-"),
      let version = Self.digits(bytes[0..<2]), version != "ff",
      let trace = Self.digits(bytes[3..<35]), trace.contains(where: { $0 != "0" }),
      let parent = Self.digits(bytes[36..<52]), parent.contains(where: { $0 != "0" }),
      let flags = Self.digits(bytes[53..<55]).flatMap({ UInt8($0, radix: 16) })
    else { return nil }
    (traceID, parentID, isSampled) = (trace, parent, flags & 1 == 1)
  }

  private static func digits(_ bytes: ArraySlice<UInt8>) -> String? {
    let areDigits = bytes.allSatisfy { byte in
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
    return areDigits ? String(decoding: bytes, as: UTF8.self) : nil
  }
}

extension HTTPField.Name {
  fileprivate static let traceparent = Self("traceparent")!
  fileprivate static let tracestate = Self("tracestate")!
}
