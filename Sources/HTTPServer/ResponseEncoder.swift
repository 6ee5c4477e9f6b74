import CivilTime
import HTTPMessage
import HTTPTypes

/// Writes response heads, and frames content (RFC 9112 §4 to §7).
struct ResponseEncoder {
  /// How the content of a response is delimited.
  enum Framing: Equatable {
    case none
    case length(Int)
    case chunked
    /// By the end of the connection: an HTTP/1.0 peer knows no other way.
    case close
  }

  private var date = HTTPDate()

  /// Appends a head.
  ///
  /// - Parameters:
  ///   - framing: Its field is added, except where RFC 9110 §8.6 forbids one.
  ///   - closes: Whether the connection ends with this answer.
  mutating func head(
    _ response: borrowing Response, framing: Framing, closes: Bool, into output: inout [UInt8]
  ) {
    output.append(contentsOf: "HTTP/1.1 ".utf8)
    output.append(decimal: response.status.code)
    output.append(.space)
    output.append(text: response.status.reasonPhrase)
    output.append(contentsOf: "\r\nDate: ".utf8)
    output.append(contentsOf: date.current())
    for field in response.fields { output.append(line: field) }
    output.append(contentsOf: response.standing.lines)
    switch framing {
    case .length(let length):
      output.append(contentsOf: "\r\nContent-Length: ".utf8)
      output.append(decimal: length)
    case .chunked: output.append(contentsOf: "\r\nTransfer-Encoding: chunked".utf8)
    case .none, .close: break
    }
    if closes { output.append(contentsOf: "\r\nConnection: close".utf8) }
    output.append(contentsOf: "\r\n\r\n".utf8)
  }

  /// Appends bytes, at least one, as a chunk.
  static func chunk(_ bytes: [UInt8], into output: inout [UInt8]) {
    output.append(contentsOf: String(bytes.count, radix: 16).utf8)
    output.append(contentsOf: "\r\n".utf8)
    output.append(contentsOf: bytes)
    output.append(contentsOf: "\r\n".utf8)
  }

  /// Appends what ends streamed content.
  static func end(framing: Framing, into output: inout [UInt8]) {
    if framing == .chunked { output.append(contentsOf: "0\r\n\r\n".utf8) }
  }
}
