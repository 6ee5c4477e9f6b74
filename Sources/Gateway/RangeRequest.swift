import Athena
import HTTPMessage
import HTTPTypes

/// What of an output a request asks for, and under which preconditions (RFC 9110 §13.2.2, §14.2).
/// `If-Match` is not evaluated: outputs are only read.
struct RangeRequest {
  let isHead: Bool
  /// nil for all of it, which is also what several ranges come to.
  let range: ByteRange?
  /// The strong entity tag of `If-Range`: of an output that has another all is sent.
  let ifRange: String?
  /// The entity tag of `If-None-Match` where that is one: S3 compares it itself.
  let ifNoneMatch: String?
  private let noneMatchList: String?

  init(_ request: Request) {
    isHead = request.method == .head
    noneMatchList = request.fields[.ifNoneMatch]
    ifNoneMatch = noneMatchList.flatMap(Self.onlyTag)
    let condition = request.fields[.ifRange]
    let tag = condition.flatMap { EntityTag.isStrong($0) ? $0 : nil }
    // A weak tag matches nothing here, and neither does a date: outputs are told apart by their tags.
    let isRange = request.method == .get && (condition == nil || tag != nil)
    range = isRange ? request.fields[.range].flatMap(ByteRange.init(field:)) : nil
    ifRange = range == nil ? nil : tag
  }

  /// The one tag of a list, without the mark of a weak one: `If-None-Match` compares weakly (§13.1.2).
  private static func onlyTag(_ list: String) -> String? {
    let text = list.utf8.starts(with: "W/".utf8) ? list.dropFirst(2) : list[...]
    return EntityTag.isStrong(text) ? String(text) : nil
  }

  /// Whether `If-None-Match` has the output's tag, so that the answer is 304.
  func isNotModified(_ entityTag: String?) -> Bool {
    noneMatchList.map { EntityTags.contain(entityTag ?? "", in: $0) } ?? false
  }

  /// Whether `If-None-Match` is still to be evaluated where S3 has refused the range: that comes before it
  /// (§13.2.2), and S3 hasn't been told of a list.
  func evaluatesIfNoneMatch(after error: AthenaError) -> Bool {
    guard case .exception(let exception) = error else { return false }
    return noneMatchList != nil && exception.isUnsatisfiableRange
  }

  /// Whether the range is to be ignored for S3's error: the output is not the one of `If-Range` (§13.1.5), or
  /// is empty, where the last bytes are none (§14.1.2).
  func ignoresRange(after error: AthenaError) -> Bool {
    guard case .exception(let exception) = error else { return false }
    if ifRange != nil, exception.isFailedPrecondition { return true }
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
