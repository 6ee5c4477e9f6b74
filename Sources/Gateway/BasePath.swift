/// The path under which the gateway's resources are: nothing, or as in `/athena`.
public struct BasePath: Sendable, Equatable, CustomStringConvertible {
  /// No resource is elsewhere: the gateway has its host to itself.
  public static let root = BasePath()

  /// Empty, or a path without a slash at its end, of characters that need no encoding.
  let prefix: String
  let segments: [String]

  public var description: String { prefix }

  private init() {
    prefix = ""
    segments = []
  }

  /// nil for what is not such a path.
  public init?(_ text: String) {
    guard text.utf8.first == UInt8(ascii: "/") else { return nil }
    let segments = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    guard segments.allSatisfy(Self.isSegment) else { return nil }
    prefix = text
    self.segments = segments.map(String.init)
  }

  /// One that no proxy and no client rewrites: a dot segment would be taken out on the way.
  private static func isSegment(_ text: Substring) -> Bool {
    guard !text.isEmpty, text != ".", text != ".." else { return false }
    return text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"), UInt8(ascii: "~"):
        true
      default: false
      }
    }
  }

  /// The contract as it holds under this path: with a server there. Clients append a path to the URL
  /// of the server as it is, which a relative one could not serve for root and prefix alike.
  func serving(_ contract: [UInt8]) -> [UInt8] {
    guard !prefix.isEmpty else { return contract }
    let text = String(decoding: contract, as: UTF8.self)
    return Array(
      text.replacing(
        "\nservers:\n  - url: /\n", with: "\nservers:\n  - url: \(prefix)\n", maxReplacements: 1
      ).utf8)
  }
}
