import Crypto
import HTTPMessage
import HTTPTypes
import SigV4

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
    // No name of ours needs percent-encoding, yet a client may encode what it likes.
    self.bucket = bucket.percentDecoded
    key = parts[1].percentDecoded.split(separator: "/", omittingEmptySubsequences: false)
      .map(String.init)
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

extension Substring {
  fileprivate var percentDecoded: String {
    var bytes: [UInt8] = []
    var rest = utf8[...]
    while let byte = rest.popFirst() {
      // The server has refused what is not two digits.
      if byte == UInt8(ascii: "%"), let value = UInt8(Substring(rest.prefix(2)), radix: 16) {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
