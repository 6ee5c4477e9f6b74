import CivilTime
import Cryptography
import HTTPMessage
import HTTPTypes
import URIEncoding

/// S3's GetObject and HeadObject, path-style, for the outputs of calculations that have ended.
struct GetObject {
  let name: String
  private let bucket: String
  private let key: [String]
  private let range: String?
  private let conditions: Preconditions

  init(_ request: Request) throws(S3Error) {
    switch request.method {
    case .get: name = "GetObject"
    case .head: name = "HeadObject"
    default: throw .methodNotAllowed
    }
    let parts = request.path.split(separator: "/", maxSplits: 1)
    guard let bucket = parts.first, parts.count == 2 else { throw .methodNotAllowed }
    // No name of ours needs percent-encoding, yet a client may encode what it likes. What is not UTF-8 is
    // nobody's name.
    self.bucket = (try? PercentEncoding.decode(bucket.utf8.span)) ?? ""
    key = ((try? PercentEncoding.decode(parts[1].utf8.span)) ?? "")
      .split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    range = request.fields[.range]
    conditions = Preconditions(request.fields)
  }

  func perform(_ account: Account) -> Response {
    do throws(S3Error) {
      let (file, completed) = try open(account)
      return try answer(with: file, completed)
    } catch {
      return error.response
    }
  }

  /// Names are looked up and never made into a path, so that none can lead elsewhere.
  private func open(
    _ account: Account
  ) throws(S3Error) -> (file: OutputFile, completed: Int) {
    guard bucket == LocalAthena.bucket else { throw .noSuchBucket }
    guard key.count == 3, let output = Outputs.Name(rawValue: key[2]),
      let calculation = account.calculation(key[1], ofSession: key[0]),
      let completed = calculation.completed, let finished = calculation.finishedOutputs?[output],
      let file = OutputFile(finished)
    else { throw .noSuchKey }
    return (file, completed)
  }

  private func answer(with file: OutputFile, _ completed: Int) throws(S3Error) -> Response {
    var response = Response(
      status: .ok,
      fields: [
        .eTag: file.entityTag, .acceptRanges: "bytes",
        .lastModified: imfFixdate(secondsSince1970: completed / 1000),
        .amzRequestID: Hex.encode(RandomBytes.make(count: 8).span).uppercased(),
      ])
    switch conditions.judge(file.entityTag) {
    case .failed(let condition): throw .preconditionFailed(condition)
    case .notModified:
      response.status = .notModified
      return response
    case .met: break
    }
    response.fields[.contentType] = "application/octet-stream"
    switch ByteRange(range, size: file.size) {
    case .unsatisfiable: throw .invalidRange(range ?? "", size: file.size)
    case .whole:
      response.content = .stream(length: file.size) { try await file.send(0..<file.size, to: $0) }
    case .part(let part):
      response.status = .partialContent
      response.fields[.contentRange] =
        "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(file.size)"
      response.content = .stream(length: part.count) { try await file.send(part, to: $0) }
    }
    return response
  }
}
