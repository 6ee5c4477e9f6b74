/// Why bytes are not a JSON text, and where.
public struct JSONError: Error, Equatable, Sendable {
  /// The rule that was violated, one case each.
  public enum Rule: Sendable, CaseIterable {
    case unexpectedEnd
    case unexpectedByte
    case missingName
    case missingColon
    case missingComma
    case trailingComma
    case trailingContent
    case badNumber
    case badEscape
    case loneSurrogate
    case controlCharacter
    case invalidUTF8
    case byteOrderMark
    case duplicateMember
    case tooDeep
  }

  public let rule: Rule

  /// The innermost value that violates the rule. Names of more than 64 scalars are cut and end in
  /// "…", so that this can be sent back whatever came in.
  public let pointer: JSONPointer

  /// The first byte that violates the rule, counted from 0.
  public let offset: Int

  init(_ rule: Rule, at offset: Int, pointer: JSONPointer = .root) {
    self.rule = rule
    self.pointer = pointer
    self.offset = offset
  }

  /// The same error seen from the array or object that has the value under `token`.
  ///
  /// The pointer is built on the way out, so that a text without errors pays nothing for it.
  func within(_ token: String) -> JSONError {
    JSONError(rule, at: offset, pointer: pointer.within(token.shortened))
  }
}

extension JSONError: CustomStringConvertible {
  /// A sentence part for the author of the text, such as `a member named "a" appears twice, at
  /// byte 7 in /b/a`. Holds no control characters, and a bounded part of the text.
  public var description: String { "\(violation), at byte \(offset)\(place)" }

  /// The same for who has written the text by hand: such as `line 3, column 7: a comma stands before the closing
  /// bracket in /keys`. Columns are bytes.
  public func description(in text: [UInt8]) -> String {
    let before = text.prefix(offset)
    let lineFeed = UInt8(ascii: "\n")
    let line = before.count { $0 == lineFeed } + 1
    let column = before.count - (before.lastIndex(of: lineFeed).map { $0 + 1 } ?? 0) + 1
    return "line \(line), column \(column): \(violation)\(place)"
  }

  private var place: String { pointer == .root ? "" : " in \(pointer.description.printable)" }

  private var violation: String {
    switch rule {
    case .unexpectedEnd: "the JSON text ends too early"
    case .unexpectedByte: "a JSON value is expected"
    case .missingName: "the name of a member, in double quotes, is expected"
    case .missingColon: "a colon is expected after the name of a member"
    case .missingComma: "a comma or the closing bracket is expected"
    case .trailingComma: "a comma stands before the closing bracket"
    case .trailingContent: "something follows the end of the JSON text"
    case .badNumber: "a number is not written as JSON wants it"
    case .badEscape: "a backslash in a string does not begin a JSON escape"
    case .loneSurrogate: "a string has half of a surrogate pair"
    case .controlCharacter: "a string has a control character that is not escaped"
    case .invalidUTF8: "a string is not valid UTF-8"
    case .byteOrderMark: "the JSON text begins with a byte order mark"
    case .duplicateMember: "a member named \"\(duplicateName)\" appears twice"
    case .tooDeep: "arrays and objects are nested too deeply"
    }
  }

  private var duplicateName: String { pointer.tokens.last?.printable ?? "" }
}
