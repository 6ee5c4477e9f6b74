import Athena
import HTTPMessage
import HTTPTypes

/// What of an output a request asks for, and under which conditions (RFC 9110 §13.2.2, §14.2).
struct OutputWish {
  let isHead: Bool
  /// nil for all of it, which is also what several ranges come to.
  let range: ByteRange?
  /// The entity tag of the output that the range is one of; of any other all is sent.
  let rangeTag: String?
  /// The entity tag of the output that the caller has, where that is one: S3 compares it itself.
  let knownTag: String?
  private let known: String?

  init(_ request: Request) {
    isHead = request.method == .head
    known = request.fields[.ifNoneMatch]
    knownTag = known.flatMap(Self.tag)
    let condition = request.fields[.ifRange]
    let tag = condition.flatMap { EntityTag.isStrong($0) ? $0 : nil }
    // A weak tag matches nothing here, and neither does a date: outputs are told apart by their tags.
    let isRange = request.method == .get && (condition == nil || tag != nil)
    range = isRange ? request.fields[.range].flatMap(ByteRange.init(field:)) : nil
    rangeTag = range == nil ? nil : tag
  }

  /// The one tag of a list, without the mark of a weak one: `If-None-Match` compares weakly (§13.1.2).
  private static func tag(_ list: String) -> String? {
    let text = list.utf8.starts(with: "W/".utf8) ? list.dropFirst(2) : list[...]
    return EntityTag.isStrong(text) ? String(text) : nil
  }

  /// Whether the caller has the output already.
  func isKnown(_ tag: String?) -> Bool {
    known.map { EntityTags.contain(tag ?? "", in: $0) } ?? false
  }

  /// Whether S3's error is one that a request without the range wouldn't get and needn't: the output has
  /// changed, or is empty, where the last bytes are none (§14.1.2).
  func isWholeInstead(_ error: AthenaError) -> Bool {
    guard case .exception(let exception) = error else { return false }
    if rangeTag != nil, exception.isFailedPrecondition { return true }
    guard case .suffix(let count) = range, count > 0 else { return false }
    return exception.isUnsatisfiableRange && exception.objectLength == 0
  }
}

extension AthenaException {
  /// Whether the object is another than `If-Match` names.
  fileprivate var isFailedPrecondition: Bool { code == "PreconditionFailed" || code == "412" }

  /// Whether the object has none of the bytes that were asked for.
  var isUnsatisfiableRange: Bool { code == "InvalidRange" || code == "416" }
}
