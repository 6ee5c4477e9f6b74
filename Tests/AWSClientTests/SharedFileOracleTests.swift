import Foundation
import JSON
import Testing

@testable import AWSClient

/// Generated files, read by botocore and by us: in the file that `SHARED_FILES` names, which
/// Tests/Conformance/shared_files.py writes.
@Suite(.enabled(if: !SharedFileCase.all.isEmpty, "SHARED_FILES names no file of shared files"))
struct SharedFileOracleTests {
  @Test func `Every file says what it says to botocore`() {
    let others = SharedFileCase.all.filter { file in
      let ours = try? SharedFile(parsing: Array(file.text.utf8))
      return ours.map(SharedFileCase.describe) != file.expected
    }
    #expect(others.isEmpty, "\(others.count): \(others.prefix(3).map(\.text.debugDescription))")
  }
}

struct SharedFileCase {
  typealias Kind = [String: Settings]

  let text: String
  /// By kind: every section, then those of each kind by name; nil for a file that is refused.
  let expected: [String: Kind]?

  static let all: [SharedFileCase] = {
    guard let path = ProcessInfo.processInfo.environment["SHARED_FILES"] else { return [] }
    let bytes = Array(try! Data(contentsOf: URL(filePath: path)))
    return try! JSONValue(parsing: bytes).asArray!.map(SharedFileCase.init)
  }()

  static func describe(_ file: SharedFile) -> [String: Kind] {
    [
      "sections": Dictionary(uniqueKeysWithValues: file.headings.map { ($0, file[$0]!) }),
      "profiles": file.named("profile"),
      "sso_sessions": file.named("sso-session"),
      "services": file.named("services"),
    ]
  }

  private init(_ json: JSONValue) {
    text = json["text"]!.asString!
    expected = json["expected"]?.asObject.map { kinds in
      Self.dictionary(kinds) { kind in
        Self.dictionary(kind.asObject!) { settings in
          Settings(Self.dictionary(settings.asObject!, Self.value))
        }
      }
    }
  }

  private static func value(_ json: JSONValue) -> Settings.Value {
    if let text = json.asString { return .text(text) }
    return .nested(dictionary(json.asObject!) { $0.asString! })
  }

  private static func dictionary<Value>(
    _ object: JSONObject, _ value: (JSONValue) -> Value
  ) -> [String: Value] {
    Dictionary(uniqueKeysWithValues: object.members.map { ($0.name, value($0.value)) })
  }
}
