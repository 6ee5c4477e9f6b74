import Testing

@testable import AWSClient

struct S3ClientTests {
  private func get(
    _ uri: String, _ script: Script, log: Log = Log(), headOnly: Bool = false
  ) async throws -> String {
    try await withService(answering: script, log: log) { context, url in
      let client = S3Client(context, endpoint: try Endpoint(parsing: url))
      let place = try #require(S3URI(uri))
      let object = try #require(await client.getObject(place, S3Read(headOnly: headOnly)))
      #expect(object.length == script.content.utf8.count)
      var bytes: [UInt8] = []
      while let piece = try await object.read() { bytes += piece }
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  @Test func `An object is read path-style from an operator's endpoint`() async throws {
    let log = Log()
    #expect(try await get("s3://bkt/a b/é/../k", Script(content: "text"), log: log) == "text")
    let request = try #require(log.all.first)
    #expect(request.method == "GET")
    #expect(request.path == "/bkt/a%20b/%C3%A9/../k")
    #expect(
      request.field("X-Amz-Content-SHA256")
        == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(
      request.field("Authorization")?.contains(
        "/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, ") == true)
  }

  @Test func `A head has no content`() async throws {
    let log = Log()
    #expect(try await get("s3://bkt/k", Script(content: "text"), log: log, headOnly: true) == "")
    #expect(log.all.first?.method == "HEAD")
  }

  @Test func `S3's error is the service's`() async throws {
    let script = Script(status: 404, content: "<Error><Code>NoSuchKey</Code></Error>")
    let error = await #expect(throws: AWSError.self) { try await get("s3://bkt/k", script) }
    guard case .service(let error) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(error.code == "NoSuchKey")
  }

  @Test(arguments: [204, 206, 300, 304, 308])
  func `Any other answer is a bad one`(status: Int) async throws {
    let script = Script(status: status, content: "")
    let error = await #expect(throws: AWSError.self) { try await get("s3://bkt/k", script) }
    guard case .badAnswer = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }
}
