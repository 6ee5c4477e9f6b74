import CCurl
import HTTPMessage

/// The header lines of one request as libcurl wants them, freed with the value.
///
/// It is kept short, since libcurl compares each line with each of its own fields several times. So
/// `Accept: */*`, which libcurl adds and which means the same as none (RFC 9110 §12.5.1), stays.
struct FieldList: ~Copyable {
  /// The lines one after the other, each with a NUL behind it.
  private let text: UnsafeMutableRawBufferPointer
  /// One for each line, and each but the last points to the next.
  private let nodes: UnsafeMutableBufferPointer<curl_slist>

  /// libcurl waits a second for "100 Continue" from there on (its EXPECT_100_THRESHOLD).
  private static let expectThreshold = 1 << 20

  init(of request: ClientRequest) {
    let removals = Self.removals(for: request)
    let length = request.fields.reduce(removals.reduce(0) { $0 + $1.utf8.count + 1 }) {
      $0 + $1.name.utf8.count + 2 + $1.value.utf8.count + 1
    }
    text = .allocate(byteCount: length, alignment: 1)
    nodes = .allocate(capacity: request.fields.count + removals.count)
    var writer = Writer(text: text, nodes: nodes)
    for (name, value) in request.fields {
      // Without a value libcurl takes "name:" for the wish to remove the field.
      writer.append(name, value.isEmpty ? ";" : ": ", value)
    }
    for line in removals { writer.append(line, "", "") }
  }

  deinit {
    text.deallocate()
    nodes.deallocate()
  }

  /// The lines that have libcurl leave out what it would add.
  private static func removals(for request: ClientRequest) -> [String] {
    switch request.method {
    case .get, .head: return []
    case .post, .put:
      var lines: [String] = []
      // Or else libcurl takes the content for a form.
      let hasType = request.fields.contains { isField($0.name.utf8.span, "content-type") }
      if !hasType { lines.append("Content-Type:") }
      if request.body.count > expectThreshold { lines.append("Expect:") }
      return lines
    }
  }

  var first: UnsafeMutablePointer<curl_slist>? { nodes.isEmpty ? nil : nodes.baseAddress }

  /// Fills both from their starts. libcurl's own curl_slist_append would allocate twice for each line.
  private struct Writer {
    let text: UnsafeMutableRawBufferPointer
    let nodes: UnsafeMutableBufferPointer<curl_slist>
    private var length = 0
    private var count = 0

    init(text: UnsafeMutableRawBufferPointer, nodes: UnsafeMutableBufferPointer<curl_slist>) {
      self.text = text
      self.nodes = nodes
    }

    mutating func append(_ name: String, _ separator: StaticString, _ value: String) {
      let start = length
      name.utf8.span.withUnsafeBytes { append($0) }
      separator.withUTF8Buffer { append(UnsafeRawBufferPointer($0)) }
      value.utf8.span.withUnsafeBytes { append($0) }
      text[length] = 0
      length += 1
      let line = text.baseAddress! + start
      nodes.initializeElement(
        at: count,
        to: curl_slist(data: line.assumingMemoryBound(to: CChar.self), next: nil))
      if count > 0 { nodes[count - 1].next = nodes.baseAddress! + count }
      count += 1
    }

    private mutating func append(_ bytes: UnsafeRawBufferPointer) {
      UnsafeMutableRawBufferPointer(rebasing: text[length...]).copyMemory(from: bytes)
      length += bytes.count
    }
  }
}
