/// Which fields of a request a signature covers, and in what order: steps 4 and 5 of "Create a
/// canonical request" in AWS's guide, as far as names go.
///
/// Looking through the names costs more than all else that is written for a signature: keep the value
/// for the requests that have fields of the same names.
public struct SignedHeaders: Sendable {
  /// In lower case, each once, sorted, with `;` between them: `host;x-amz-date`.
  public let names: String

  /// The names of all fields of the request, as they were sent.
  private let sent: [String]

  /// What stands before each value, and where among the request's fields it is.
  private let values: [(prefix: String, index: Int)]

  /// All fields but those that are known to change on the way to the service, and `Authorization`
  /// itself.
  public init(of headers: [(name: String, value: String)]) {
    self.init(headers) { !isNeverSigned($0) }
  }

  /// - Parameter isCovered: Whether a field of that name, in lower case, is among them.
  init(_ headers: [(name: String, value: String)], where isCovered: (String) -> Bool) {
    sent = headers.map(\.name)
    // The sort is stable: values of one name stay in the order in which they were sent.
    let covered = sent.map(\.asciiLowercased).enumerated().filter { isCovered($0.element) }
      .sorted { $0.element < $1.element }
    var names: [String] = []
    var values: [(prefix: String, index: Int)] = []
    for (index, name) in covered {
      if name == names.last {
        values.append((",", index))
      } else {
        values.append((names.isEmpty ? "\(name):" : "\n\(name):", index))
        names.append(name)
      }
    }
    self.names = names.joined(separator: ";")
    self.values = values
  }

  /// Whether these are those of `headers` as well: their names are the same.
  public func areThose(of headers: [(name: String, value: String)]) -> Bool {
    sent.count == headers.count && sent.indices.allSatisfy { sent[$0] == headers[$0].name }
  }

  /// How long the canonical headers are, at most.
  func longest(_ headers: [(name: String, value: String)]) -> Int {
    values.reduce(1) { $0 + $1.prefix.utf8.count + headers[$1.index].value.utf8.count }
  }

  /// Appends the canonical headers: `name:value` for each name, each with a line feed after it.
  func append(_ headers: [(name: String, value: String)], to text: inout OutputSpan<UInt8>) {
    for (prefix, index) in values {
      text.append(prefix)
      text.append(trimming: headers[index].value)
    }
    if !values.isEmpty { text.append(UInt8(ascii: "\n")) }
  }
}

/// The fields that proxies and HTTP libraries add, drop or rewrite: the list of AWS's own SDKs.
private func isNeverSigned(_ name: String) -> Bool {
  switch name {
  case "authorization", "connection", "expect", "keep-alive", "proxy-authenticate",
    "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade", "user-agent",
    "x-amzn-trace-id":
    true
  default: false
  }
}

extension String {
  /// In lower case as far as ASCII goes, which is all that a field name is made of.
  fileprivate var asciiLowercased: String {
    guard utf8.contains(where: \.isUpperCase) else { return self }
    return String(decoding: utf8.map { $0.isUpperCase ? $0 | 0x20 : $0 }, as: UTF8.self)
  }
}

extension UInt8 {
  fileprivate var isUpperCase: Bool {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self)
  }
}
