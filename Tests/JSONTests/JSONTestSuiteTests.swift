import Foundation
import JSON
import Testing

/// The parsing cases of <https://github.com/nst/JSONTestSuite>.
@Suite(
  .enabled(
    if: JSONTestSuite.folder != nil, "JSON_TEST_SUITE names no folder with JSONTestSuite's cases"))
struct JSONTestSuiteTests {
  /// RFC 8259 section 4 leaves equal names to the reader; ours refuses them.
  static let equalNames = [
    "y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json",
  ]

  @Test func `the folder holds cases of each kind`() {
    for prefix in ["y_", "n_", "i_"] {
      #expect(!JSONTestSuite.cases(prefix).isEmpty)
    }
  }

  @Test(arguments: JSONTestSuite.cases("y_").filter { !equalNames.contains($0) })
  func `what must be accepted is accepted, and reads the same once written`(name: String) throws {
    let value = try JSONValue(parsing: JSONTestSuite.bytes(name))
    var writer = JSONWriter()
    writer.value(value)
    #expect(try JSONValue(parsing: writer.bytes) == value)
  }

  @Test(arguments: JSONTestSuite.cases("y_").filter { equalNames.contains($0) })
  func `equal names are refused`(name: String) throws {
    #expect(failure(in: try JSONTestSuite.bytes(name))?.rule == .duplicateMember)
  }

  @Test(arguments: JSONTestSuite.cases("n_"))
  func `what must be refused is refused`(name: String) throws {
    #expect(failure(in: try JSONTestSuite.bytes(name)) != nil)
  }

  @Test(arguments: JSONTestSuite.cases("i_"))
  func `what may be either is read without a crash`(name: String) throws {
    _ = failure(in: try JSONTestSuite.bytes(name))
  }
}

enum JSONTestSuite {
  static let folder = ProcessInfo.processInfo.environment["JSON_TEST_SUITE"]

  static func cases(_ prefix: String) -> [String] {
    guard let folder else { return [] }
    let names = try? FileManager.default.contentsOfDirectory(atPath: folder)
    return (names ?? []).filter { $0.hasPrefix(prefix) && $0.hasSuffix(".json") }.sorted()
  }

  static func bytes(_ name: String) throws -> [UInt8] {
    try [UInt8](Data(contentsOf: URL(filePath: "\(folder ?? "")/\(name)")))
  }
}
