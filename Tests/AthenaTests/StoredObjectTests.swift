import Testing

@testable import Athena

struct StoredObjectTests {
  @Test func `An output is read from S3`() async throws {
    let text = try await withAthena(answering: "45\n") { client in
      let output = try #require(await client.openObject("s3://bkt/out"))
      #expect(output.length == 3)
      var bytes: [UInt8] = []
      while let piece = try await output.read() { bytes += piece }
      return String(decoding: bytes, as: UTF8.self)
    }
    #expect(text == "45\n")
  }

  @Test func `Its errors are S3's`() async throws {
    let error = await #expect(throws: AthenaError.self) {
      try await withAthena(answering: "<Error><Code>AccessDenied</Code></Error>", status: 403) {
        _ = try await $0.openObject("s3://bkt/out")
      }
    }
    #expect(
      error
        == .exception(
          AthenaException(source: .s3, code: "AccessDenied", status: 403, requestID: "3L137")))
  }

  @Test(arguments: [
    "file:///etc/passwd", "https://s3.eu-west-1.amazonaws.com/bkt/out",
    "https://bkt.s3.eu-west-1.amazonaws.com/out",
  ])
  func `What is no object's place is a bad answer`(uri: String) async throws {
    let error = await #expect(throws: AthenaError.self) {
      try await withAthena(answering: "") { _ = try await $0.openObject(uri) }
    }
    guard case .badAnswer = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }
}
