import HTTPMessage
import HTTPTypes

/// `If-Match` and `If-None-Match` (RFC 9110 §13), as S3 judges them for a read.
struct Preconditions {
  enum Verdict: Equatable {
    case met, notModified
    case failed(String)
  }

  private let match: String?
  private let noneMatch: String?

  init(_ fields: FieldSection) {
    match = fields[.ifMatch]
    noneMatch = fields[.ifNoneMatch]
  }

  func judge(_ tag: String) -> Verdict {
    if let match, !Self.list(match, has: tag, orWeakly: false) { return .failed("If-Match") }
    if let noneMatch, Self.list(noneMatch, has: tag, orWeakly: true) { return .notModified }
    return .met
  }

  /// S3 takes tags without their quotes too. None of ours has a comma in it.
  private static func list(_ field: String, has tag: String, orWeakly isWeak: Bool) -> Bool {
    field.split(separator: ",").contains { element in
      var element = element.drop { $0 == " " || $0 == "\t" }
      while element.last == " " || element.last == "\t" { element.removeLast() }
      if isWeak, element.hasPrefix("W/") { element.removeFirst(2) }
      return element == "*" || element == tag || "\"\(element)\"" == tag
    }
  }
}
