import Foundation
import SigV4
import Testing

/// One of AWS's own test vectors, the header-signing half of aws-c-auth's
/// `aws-signing-test-suite/v4`.
struct Vector: Sendable, CustomTestStringConvertible {
  let folder: URL

  var testDescription: String { folder.lastPathComponent }

  /// The vectors in the folder that `SIGV4_VECTORS` names; none if it is unset.
  static let all: [Vector] = {
    guard let root = ProcessInfo.processInfo.environment["SIGV4_VECTORS"] else { return [] }
    let folders = try! FileManager.default.contentsOfDirectory(
      at: URL(filePath: root), includingPropertiesForKeys: nil)
    return folders.map(Vector.init).filter {
      FileManager.default.fileExists(atPath: $0.folder.appending(path: "context.json").path())
    }
  }()

  /// The text of one of its files.
  func text(_ file: String) throws -> String {
    String(decoding: try Data(contentsOf: folder.appending(path: file)), as: UTF8.self)
  }

  var context: VectorContext {
    get throws {
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      return try decoder.decode(VectorContext.self, from: Data(text("context.json").utf8))
    }
  }
}

/// What a vector's `context.json` says.
struct VectorContext: Decodable {
  struct Keys: Decodable {
    let accessKeyId: String
    let secretAccessKey: String
    let token: String?
  }

  let credentials: Keys
  let normalize: Bool
  let omitSessionToken: Bool?
  let region: String
  let service: String
  let signBody: Bool
  let timestamp: String

  /// Not normalized is what S3 does: all but that is the same.
  var pathRule: PathRule { normalize ? .standard : .s3 }

  var time: SigningTime? {
    SigningTime(dateTime: timestamp.filter { $0 != "-" && $0 != ":" })
  }
}
