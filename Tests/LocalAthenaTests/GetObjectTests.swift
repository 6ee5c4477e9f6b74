import Glibc
import JSON
import Testing

@testable import LocalAthena

@Suite struct GetObjectTests {
  @Test func `a large output comes whole, with its length and a tag`() async throws {
    try await LocalServer.with { (server) async throws in
      let calculation = try await server.run("print('0123456789abcde\\n' * 100_000, end='')")
      let response = try await server.output("StdOutS3Uri", of: calculation)
      #expect(response.status == 200)
      #expect(response.headers["content-length"] == "1600000")
      #expect(response.body.count == 1_600_000)
      #expect(
        response.body == Array(String(repeating: "0123456789abcde\n", count: 100_000).utf8))
      let tag = try #require(response.headers["etag"])
      #expect(tag.wholeMatch(of: /"[0-9a-f]{32}-1"/) != nil)
      #expect(response.headers["x-amz-request-id"]?.count == 16)

      let path = try #require(calculation["Result"]?["StdOutS3Uri"]?.asString?.dropFirst(4))
      let head = try await server.send(.s3("HEAD", String(path)))
      #expect(head.status == 200)
      #expect(head.body.isEmpty)
      #expect(head.headers["content-length"] == "1600000")
      #expect(head.headers["etag"] == tag)
      // Encoded by a client that encodes everything.
      let encoded = path.replacing("-", with: "%2D")
      #expect(try await server.send(.s3("GET", String(encoded))).status == 200)
    }
  }

  @Test func `what is not an output of that session is not there`() async throws {
    try await LocalServer.with { (server) async throws in
      let calculation = try await server.run("print(1)")
      let id = try #require(calculation["CalculationExecutionId"]?.asString)
      for path in [
        "/athena-local-results/demo/c-1/stdout", "/athena-local-results/other/\(id)/stdout",
        "/athena-local-results/demo/\(id)/stdouts", "/athena-local-results/demo/\(id)",
        "/athena-local-results/demo/\(id)/stdout/", "/athena-local-results/demo/../\(id)/stdout",
        "/athena-local-results/demo/\(id)/..%2f..%2fwork", "/athena-local-results/%ff",
      ] {
        let response = try await server.send(.s3("GET", path))
        #expect(response.status == 404, "\(path)")
        #expect(response.element("Code") == "NoSuchKey")
      }
      let other = try await server.send(.s3("GET", "/other-bucket/demo/\(id)/stdout"))
      #expect(other.status == 404)
      #expect(other.element("Code") == "NoSuchBucket")
      let head = try await server.send(.s3("HEAD", "/other-bucket/demo/\(id)/stdout"))
      #expect(head.status == 404 && head.body.isEmpty)
    }
  }

  @Test(arguments: [
    ("PUT", "/athena-local-results/demo/a/stdout"), ("DELETE", "/athena-local-results/a"),
    ("GET", "/"), ("GET", "/athena-local-results"), ("GET", "/athena-local-results/"),
  ])
  func `objects can be read and nothing else`(method: String, path: String) async throws {
    try await LocalServer.with { (server) async throws in
      let response = try await server.send(.s3(method, path))
      #expect(response.status == 405)
      #expect(response.element("Code") == "MethodNotAllowed")
    }
  }

  @Test(arguments: ["os.symlink('/etc/hostname', p)", "os.mkfifo(p)", "os.mkdir(p)"])
  func `an output that the code has put something else in place of is not followed`(
    trick: String
  ) async throws {
    try await LocalServer.with { (server) async throws in
      let calculation = try await server.run(
        "import os; p = os.readlink('/proc/self/fd/1'); os.unlink(p); \(trick)")
      #expect(calculation.state == "COMPLETED")
      let response = try await server.output("StdOutS3Uri", of: calculation)
      #expect(response.status == 404)
    }
  }
}
