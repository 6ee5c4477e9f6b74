import CCurl
import HTTPMessage

/// The header lines of one request as libcurl wants them, freed with the value.
///
/// It is kept short, since libcurl compares each line with each of its own fields several times. So
/// `Accept: */*`, which libcurl adds and which means the same as none (RFC 9110 §12.5.1), stays.
struct FieldList: ~Copyable {
  private(set) var first: UnsafeMutablePointer<curl_slist>?

  /// libcurl waits a second for "100 Continue" from there on (its EXPECT_100_THRESHOLD).
  private static let expectThreshold = 1 << 20

  init(of request: ClientRequest) {
    var hasContentType = false
    // Each line in its turn: a text of its own costs a thousand instructions more.
    var line: [UInt8] = []
    line.reserveCapacity(512)
    for (name, value) in request.fields {
      line.append(text: name)
      // Without a value libcurl takes "name:" for the wish to remove the field.
      line.append(text: value.isEmpty ? ";" : ": ")
      line.append(text: value)
      line.append(0)
      line.withUnsafeBytes { append($0.bindMemory(to: CChar.self).baseAddress) }
      line.removeAll(keepingCapacity: true)
      hasContentType = hasContentType || isField(name.utf8.span, "content-type")
    }
    switch request.method {
    case .get, .head: break
    case .post, .put:
      // Or else libcurl takes the content for a form.
      if !hasContentType { append("Content-Type:") }
      if request.body.count > Self.expectThreshold { append("Expect:") }
    }
  }

  deinit { curl_slist_free_all(first) }

  /// - Parameter line: Ends with a NUL; libcurl copies it.
  private mutating func append(_ line: UnsafePointer<CChar>?) {
    guard let list = curl_slist_append(first, line) else { fatalError("out of memory") }
    first = list
  }
}
