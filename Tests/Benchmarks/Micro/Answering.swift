import HTTPMessage
import HTTPTypes

@testable import Gateway
@testable import HTTPServer

/// What becomes of an answer on its way to the kernel.
let answering = [
  Piece("answer-fields", "the fields that every answer gets") { count in
    let (context, response) = (RequestContext(.request(exampleRequest)), created)
    for _ in 0..<count { sink(context.complete(response)) }
  },
  Piece("answer-bytes", "an answer of 201, head and 202 bytes of content") {
    writeAnswer(times: $0)
  },
]

/// The buffer is used again, as a server does.
private func writeAnswer(times count: Int) {
  let response = RequestContext(.request(exampleRequest)).complete(created)
  guard case .bytes(let content) = response.content else { return }
  var encoder = ResponseEncoder()
  var output: [UInt8] = []
  for _ in 0..<count {
    output.removeAll(keepingCapacity: true)
    encoder.head(response, framing: .length(content.count), closes: false, into: &output)
    output.append(contentsOf: content)
    sink(output)
  }
}

/// What `POST …/calculations` is answered with, but for the fields of all answers.
private var created: Response {
  Response(
    status: .created,
    fields: [.contentType: "application/json", .location: exampleRequest.path + "/" + exampleID],
    content: .bytes([UInt8](repeating: UInt8(ascii: "#"), count: 202)))
}

/// Of a calculation.
let exampleID = "f47ac10b-58cc-4372-a567-0e02b2c3d479"

/// As it comes from curl.
var exampleRequest: Request {
  Request(
    method: .post, path: "/sessions/6d2f5a3e-7c1b-4a58-9e0d-3b8f1c2a4d6e/calculations",
    authority: "127.0.0.1:8080",
    fields: FieldSection([("Host", "127.0.0.1:8080"), ("Content-Type", "text/x-python")]),
    peer: IPAddress("198.51.100.23"))
}
