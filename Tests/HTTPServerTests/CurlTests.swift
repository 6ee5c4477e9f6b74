import Foundation
import Testing

@testable import HTTPServer

extension LiveServerTests {
  /// A client that we have not written.
  @Suite struct CurlTests {
    @Test func `curl gets, posts, asks for heads and keeps its connection`() async throws {
      try await withServer(handler: echo) { server in
        let url = "http://127.0.0.1:\(server.port)"
        #expect(try curl("\(url)/a?b=c") == "GET /a b=c\n")
        #expect(try curl("--http1.0", "\(url)/old") == "GET /old -\n")
        #expect(try curl("-d", "hello", "\(url)/p") == "POST /p -\nhello")
        let head = try curl("-I", "\(url)/a")
        #expect(head.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(head.contains("\r\nContent-Length: 10\r\n"))
        #expect(
          try curl("-w", "%{num_connects}\n", "\(url)/1", "\(url)/2")
            == "GET /1 -\n1\nGET /2 -\n0\n")
        #expect(
          try curl("-H", "Expect: 100-continue", "-d", "hello", "\(url)/e") == "POST /e -\nhello")
      }
    }

    @Test(arguments: [
      ["-H", "Expect:"], ["-H", "Expect: 100-continue"], ["-H", "Transfer-Encoding: chunked"],
    ])
    func `curl posts 900 KB`(options: [String]) async throws {
      let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID())")
      let content = String(repeating: "0123456789", count: 90_000)
      try content.write(to: file, atomically: false, encoding: .utf8)
      defer { try? FileManager.default.removeItem(at: file) }
      try await withServer(handler: echo) { server in
        let answer = try curl(
          options + ["--data-binary", "@\(file.path)", "http://127.0.0.1:\(server.port)/big"])
        #expect(answer == "POST /big -\n\(content)")
      }
    }

    @Test func `curl that sends too much reads the 413`() async throws {
      try await withServer(handler: echo) { server in
        let answer = try curl(
          "-T", "/proc/self/exe", "-w", "%{http_code}", "http://127.0.0.1:\(server.port)/", "-H",
          "Content-Length: 9000000")
        #expect(answer == "contentTooLarge(limit: 1048576)413")
      }
    }

    private func curl(_ arguments: String...) throws -> String {
      try curl(arguments)
    }

    private func curl(_ arguments: [String]) throws -> String {
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = ["curl", "-sS", "-m", "20", "--noproxy", "*"] + arguments
      let output = Pipe()
      process.standardOutput = output
      try process.run()
      let bytes = output.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      return String(decoding: bytes, as: UTF8.self)
    }
  }
}
