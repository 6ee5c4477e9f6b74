import EventLoop
import HTTPMessage
import HTTPTypes
import JSON
import Testing

@testable import AWSClient

struct S3ObjectTests {
  private func get(
    _ read: S3Read, _ script: Script, log: Log = Log()
  ) async throws -> (tag: String?, part: ContentRange?, text: String)? {
    try await withService(answering: script, log: log) { context, url in
      let client = S3Client(context, endpoint: try Endpoint(parsing: url))
      guard let object = try await client.getObject(S3URI("s3://bkt/k")!, read) else { return nil }
      var bytes: [UInt8] = []
      while let piece = try await object.read() { bytes += piece }
      return (object.entityTag, object.contentRange, String(decoding: bytes, as: UTF8.self))
    }
  }

  @Test func `What is wanted is said, and signed`() async throws {
    let log = Log()
    let read = S3Read(range: .suffix(2), ifMatch: #""a""#, ifNoneMatch: #""b""#)
    let script = Script(
      status: 206, content: "xt", fields: [.contentRange: "bytes 2-3/4", .eTag: #""a""#])
    let object = try #require(await get(read, script, log: log))
    #expect(object.text == "xt")
    #expect(object.tag == #""a""#)
    #expect(object.part == ContentRange(2...3, of: 4))
    let request = try #require(log.all.first)
    #expect(request.field("Range") == "bytes=-2")
    #expect(request.field("If-Match") == #""a""#)
    #expect(request.field("If-None-Match") == #""b""#)
    #expect(
      request.field("Authorization")?.contains(
        "SignedHeaders=host;if-match;if-none-match;range;x-amz-content-sha256;x-amz-date") == true)
  }

  @Test func `An object that is not wanted is none`() async throws {
    let script = Script(status: 304, content: "", fields: [.eTag: #""a""#])
    #expect(try await get(S3Read(ifNoneMatch: #""a""#), script) == nil)
  }

  @Test(arguments: [
    nil, "bytes 0-3/4", "bytes 2-3/5", "bytes 1-2/4", "bytes 2-4/5", "bytes */4", "lines 2-3/4", "",
  ])
  func `Another part than the one asked for is a bad answer`(part: String?) async throws {
    var fields: HTTPFields = [:]
    fields[.contentRange] = part
    let script = Script(status: 206, content: "xt", fields: fields)
    let error = await #expect(throws: AWSError.self) {
      _ = try await get(S3Read(range: .from(2, through: nil)), script)
    }
    guard case .badAnswer = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `All of it is taken where no ranges are known`() async throws {
    let object = try await get(S3Read(range: .suffix(2)), Script(content: "text"))
    #expect(object?.text == "text")
    #expect(object?.part == nil)
  }

  @Test(arguments: [#"W/"a""#, "a", #""a", "b""#])
  func `A tag that is not strong is none`(tag: String) async throws {
    let object = try await get(S3Read(), Script(content: "text", fields: [.eTag: tag]))
    #expect(object?.tag == nil)
  }

  @Test func `An unsatisfiable range comes with the object's size`() async throws {
    let content = """
      <Error><Code>InvalidRange</Code><ActualObjectSize>4</ActualObjectSize>\
      <StringToSign>x</StringToSign></Error>
      """
    let error = await #expect(throws: AWSError.self) {
      _ = try await get(
        S3Read(range: .from(9, through: nil)), Script(status: 416, content: content))
    }
    guard case .service(let error) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(error.code == "InvalidRange")
    #expect(error.members["ActualObjectSize"]?.asString == "4")
    #expect(error.members["StringToSign"] == nil)
  }
}
