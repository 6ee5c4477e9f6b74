/// Answers a request. What it throws is answered as the server's refusals are.
public typealias Handler = (Request) async throws(Refusal) -> Response
