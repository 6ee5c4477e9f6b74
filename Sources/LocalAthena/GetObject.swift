import Crypto
import HTTPMessage
import HTTPTypes
import URIEncoding

/// S3's GetObject and HeadObject, path-style, for the outputs of calculations that have ended.
struct GetObject {
  let name: String
  private let bucket: String
  private let key: [String]

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
    self.bucket = (try? PercentEncoding.decode(bucket.utf8)) ?? ""
    key = ((try? PercentEncoding.decode(parts[1].utf8)) ?? "")
      .split(separator: "/", omittingEmptySubsequences: false).map(String.init)
  }

  func perform(_ account: Account) -> Response {
    do throws(S3Error) {
      return answer(with: try open(account))
    } catch {
      return error.response
    }
  }

  /// Names are looked up and never made into a path, so that none can lead elsewhere.
  private func open(_ account: Account) throws(S3Error) -> OutputFile {
    guard bucket == LocalAthena.bucket else { throw .noSuchBucket }
    guard key.count == 3, let output = Outputs.Name(rawValue: key[2]),
      let calculation = account.calculation(key[1], ofSession: key[0]), calculation.hasOutputs,
      let file = OutputFile(calculation.outputs.path(of: output))
    else { throw .noSuchKey }
    return file
  }

  private func answer(with file: OutputFile) -> Response {
    Response(
      status: .ok,
      fields: [
        .contentType: "application/octet-stream", .eTag: file.entityTag,
        .amzRequestID: Hex.encode(RandomBytes.make(count: 8).span).uppercased(),
      ],
      content: .stream(length: file.size) { try await file.send(to: $0) })
  }
}
