import AWSClient
import Athena
import Glibc
import JSON
import SigV4

/// The call that `explain` reads.
enum ExplainedCall {
  case operation(String, body: [UInt8])
  case output(S3URI, headOnly: Bool)

  init(parsing input: [UInt8]) throws {
    let end = input.firstIndex(of: UInt8(ascii: "\n")) ?? input.endIndex
    var line = input[..<end]
    if line.last == 0x0D { line.removeLast() }
    let words = String(decoding: line, as: UTF8.self)
      .split(maxSplits: 1, whereSeparator: \.isWhitespace)
    let body = Array(input[end...].dropFirst())
    switch words.count {
    case 1 where Self.isOperation(words[0]):
      self = .operation(String(words[0]), body: try Self.json(body))
    case 2 where words[0] == "GET" || words[0] == "HEAD":
      guard let uri = S3URI(String(words[1])) else {
        throw SettingsError(description: "standard input: an output is s3://BUCKET/KEY")
      }
      self = .output(uri, headOnly: words[0] == "HEAD")
    default:
      throw SettingsError(
        description:
          "standard input: the first line must be an operation, as in GetCalculationExecution, or GET "
          + "s3://BUCKET/KEY; see 'athena-gateway explain --help'")
    }
  }

  /// A name as in AWS's models, and no method that lacks its URI.
  private static func isOperation(_ word: Substring) -> Bool {
    word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
      && word.contains { $0.isLowercase }
  }

  /// As it was given, but for what stands around it: the signature covers each byte.
  private static func json(_ bytes: [UInt8]) throws -> [UInt8] {
    var body = bytes[...]
    while let last = body.last, last == 0x0A || last == 0x0D || last == 0x20 { body.removeLast() }
    guard !body.isEmpty else { return Array("{}".utf8) }
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue(parsing: Array(body))
    } catch {
      throw SettingsError(
        description: "standard input: what follows the first line is not JSON: \(error)")
    }
    guard value.asObject != nil else {
      throw SettingsError(
        description: "standard input: what follows the first line is JSON, but no object")
    }
    return Array(body)
  }

  func explanation(
    _ athena: AthenaClient, with credentials: Credentials, at seconds: Int
  ) -> CallExplanation {
    switch self {
    case .operation(let name, let body):
      athena.explain(name, body, with: credentials, at: seconds)
    case .output(let uri, let headOnly):
      athena.explainOutput(uri, headOnly: headOnly, with: credentials, at: seconds)
    }
  }

  /// All of standard input, up to a limit that no call of Athena's comes near.
  static func standardInput(limit: Int = 4 * 1024 * 1024) throws -> [UInt8] {
    var input: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 * 1024)
    while true {
      let count = read(STDIN_FILENO, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else {
        throw SettingsError(description: "standard input can't be read")
      }
      guard count > 0 else { return input }
      input += buffer[..<count]
      guard input.count <= limit else {
        throw SettingsError(description: "standard input: it has more than \(limit) bytes")
      }
    }
  }
}
