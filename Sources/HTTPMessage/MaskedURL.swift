/// A URL as it may be shown: without the user's name and password, a query and a fragment, which may be secrets.
public struct MaskedURL: Sendable, CustomStringConvertible {
  public let description: String

  public init(_ text: String) {
    let head = text.prefix { $0 != "?" && $0 != "#" }
    let hidden = head.endIndex == text.endIndex ? "" : "\(text[head.endIndex])***"
    guard let at = text.lastIndex(of: "@") else {
      description = head + hidden
      return
    }
    let start = text[..<at].firstRange(of: "://")?.upperBound ?? text.startIndex
    // A password that has a question mark in it, or a query with an address of e-mail: what is which can't be told.
    let rest = at < head.endIndex ? text[at..<head.endIndex] + hidden : ""
    description = text[..<start] + "***" + rest
  }
}
