import Athena
import HTTPMessage
import JSON

/// Writes events (HTML Living Standard, §9.2, Server-sent events).
struct EventStream {
  private let writer: any ContentWriter
  private var number: Int

  /// - Parameter number: Of the last event that the caller has got.
  init(to writer: any ContentWriter, after number: Int) {
    self.writer = writer
    self.number = number
  }

  /// Has a caller that loses the connection come back after three seconds.
  func begin() async throws {
    try await send("retry: 3000\n\n")
  }

  /// What every proxy on the way takes for life, and the caller passes over.
  func stayAlive() async throws {
    try await send(":\n\n")
  }

  mutating func state(_ calculation: CalculationExecution) async throws {
    number += 1
    let id = EventID(number: number, state: calculation.status.state?.rawValue ?? "")
    let data = JSONWriter.object { calculation.writeStatus(to: &$0) }
    try await send("event: state\nid: \(id)\ndata: \(data)\n\n")
  }

  /// Nothing comes after it.
  func end(_ calculation: CalculationExecution) async throws {
    let data = JSONWriter.object { $0.member("state", calculation.status.state?.rawValue) }
    try await send("event: end\ndata: \(data)\n\n")
  }

  /// - Parameter response: What would be answered with the problem, had nothing been answered yet.
  func problem(_ response: Response) async throws {
    guard case .bytes(let document) = response.content else { return }
    try await send("event: problem\ndata: \(String(decoding: document, as: UTF8.self))\n\n")
  }

  /// JSON has no line breaks as the gateway writes it, so that each of these is one line.
  private func send(_ text: String) async throws {
    try await writer.write(Array(text.utf8))
  }
}

/// `<n>-<STATE>`: the id of an event, with which a caller that comes back tells what it has got.
struct EventID: CustomStringConvertible, Equatable {
  let number: Int
  let state: String

  /// What no calculation gets to, and every JSON number and double still counts to.
  private static let highest = 1 << 53

  init(number: Int, state: String) {
    self.number = number
    // Whatever Athena calls it, an id is one line.
    self.state = state.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
  }

  /// Reads a caller's `Last-Event-ID`; nil for one that the gateway has not given out.
  init?(_ text: String) {
    let parts = text.split(separator: "-", maxSplits: 1)
    guard parts.count == 2, let number = Int(parts[0]), (1...Self.highest).contains(number)
    else { return nil }
    self.init(number: number, state: String(parts[1]))
    guard description == text else { return nil }
  }

  var isTerminal: Bool { CalculationState(rawValue: state).isTerminal }

  var description: String { "\(number)-\(state)" }
}

extension JSONWriter {
  fileprivate static func object(_ write: (inout JSONWriter) -> Void) -> String {
    var writer = JSONWriter(reserving: 256)
    writer.beginObject()
    write(&writer)
    writer.endObject()
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}
