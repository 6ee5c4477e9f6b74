import Cryptography
import SigV4

/// A vector's `request.txt`, read leniently: its paths may hold spaces and UTF-8.
func parseRequest(_ text: String, in context: VectorContext, at time: SigningTime)
  -> SignableRequest
{
  let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  let end = lines.firstIndex(of: "") ?? lines.endIndex
  let body = lines[end...].dropFirst().joined(separator: "\n")
  let requestLine = lines[0].dropLast(" HTTP/1.1".count)
  let method = requestLine.prefix { $0 != " " }
  let target = requestLine.dropFirst(method.count + 1)
  let path = target.prefix { $0 != "?" }
  let payloadHash = SHA256.hash(body).hex

  var headers: [(name: String, value: String)] = []
  for line in lines[1..<end] {
    if line.hasPrefix(" ") {
      headers[headers.count - 1].value += "\n\(line)"
    } else {
      let name = line.prefix { $0 != ":" }
      headers.append((String(name), String(line.dropFirst(name.count + 1))))
    }
  }
  headers.append(("X-Amz-Date", time.dateTime))
  if context.signBody { headers.append(("x-amz-content-sha256", payloadHash)) }
  if let token = context.credentials.token, context.omitSessionToken != true {
    headers.append(("X-Amz-Security-Token", token))
  }
  return SignableRequest(
    method: String(method), path: String(path), query: String(target.dropFirst(path.count + 1)),
    headers: headers, payloadHash: payloadHash)
}
