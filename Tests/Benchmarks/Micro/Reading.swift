import HTTPMessage

@testable import HTTPServer

/// What a connection makes of a request's bytes.
let reading = [
  Piece("head-curl", "the head of curl's POST, 5 fields") { try parse(curl, times: $0) },
  Piece("head-chromium", "the head of Chromium's GET, 14 fields") {
    try parse(chromium, times: $0)
  },
  Piece("head-balancer", "a head by way of a load balancer, 20 fields") {
    try parse(balancer, times: $0)
  },
  Piece("chunked-64k", "64 KiB of chunked content, 8 KiB a chunk") { try decodeChunked(times: $0) },
]

private struct NoHead: Error {}

private func parse(_ head: String, times count: Int) throws {
  let bytes = Array((head.replacing("\n", with: "\r\n") + "\r\n\r\n").utf8)
  let parser = RequestParser(limits: Limits())
  for _ in 0..<count {
    guard case .complete(let head, _) = parser.parse(bytes.span) else { throw NoHead() }
    sink(head)
  }
}

/// It comes in pieces of the size that a connection reads.
private func decodeChunked(times count: Int) throws {
  let limits = Limits()
  let chunk =
    Array("2000\r\n".utf8) + [UInt8](repeating: UInt8(ascii: "#"), count: 8192) + [13, 10]
  let content = Array(repeatElement(chunk, count: 8).joined()) + Array("0\r\n\r\n".utf8)
  for _ in 0..<count {
    var body = try BodyReader(.chunked, limits: limits)
    var position = 0
    while !body.isComplete {
      let end = min(content.count, position + limits.head)
      position += try body.consume(content.span.extracting(position..<end))
    }
    sink(body.takeContent())
  }
}

private let curl = """
  POST /sessions/6d2f5a3e-7c1b-4a58-9e0d-3b8f1c2a4d6e/calculations HTTP/1.1
  Host: 127.0.0.1:8080
  User-Agent: curl/7.88.1
  Accept: */*
  Content-Type: text/x-python
  Content-Length: 24
  """

private let chromium = """
  GET /sessions/6d2f5a3e-7c1b-4a58-9e0d-3b8f1c2a4d6e/calculations?limit=50 HTTP/1.1
  Host: gateway.example.com
  Connection: keep-alive
  sec-ch-ua-platform: "Linux"
  User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36
  sec-ch-ua: "Chromium";v="142", "Not_A Brand";v="99"
  sec-ch-ua-mobile: ?0
  Accept: application/json
  Origin: https://reports.example.com
  Sec-Fetch-Site: same-site
  Sec-Fetch-Mode: cors
  Sec-Fetch-Dest: empty
  Referer: https://reports.example.com/
  Accept-Encoding: gzip, deflate, br, zstd
  Accept-Language: en-GB,en;q=0.9
  """

private let balancer = """
  POST /sessions/6d2f5a3e-7c1b-4a58-9e0d-3b8f1c2a4d6e/calculations?onBusy=wait HTTP/1.1
  Host: gateway.example.com
  X-Forwarded-For: 198.51.100.23, 203.0.113.7
  X-Forwarded-Proto: https
  X-Forwarded-Port: 443
  X-Forwarded-Host: gateway.example.com
  X-Amzn-Trace-Id: Root=1-67891233-abcdef012345678912345678
  X-Request-Id: 0f8fad5b-d9cb-469f-a165-70867728950e
  Via: 1.1 3e8c2a9d5b7f41c6.cloudfront.net (CloudFront)
  X-Amz-Cf-Id: kXy8wBqL2mP4nR6tV8xZ0bD2fH4jL6nP8rT0vX2zB4dF6hJ8lN0pQ==
  CloudFront-Viewer-Country: DE
  User-Agent: python-requests/2.32.3
  Accept: application/json
  Accept-Encoding: gzip, deflate
  Content-Type: application/json
  Content-Length: 65710
  Authorization: Bearer agw_9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
  Idempotency-Key: "nightly-report-2026-11-23"
  Prefer: wait=30
  traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
  tracestate: rojo=00f067aa0ba902b7
  """
