/// The canonical headers and the list of their names: steps 4 and 5 of "Create a canonical request"
/// in AWS's guide.
struct CanonicalHeaders {
  /// `name:value` in lower case, sorted, each with a line feed after it.
  private(set) var text: [UInt8] = []

  /// The names in the same order with `;` between them: `host;x-amz-date`.
  let names: String

  init(_ headers: [(name: String, value: String)]) {
    // The sort is stable: values of one name stay in the order in which they were sent.
    let sorted = headers.sorted { $0.name < $1.name }
    text.reserveCapacity(512)
    var names: [UInt8] = []
    var previous: String?
    for header in sorted {
      if header.name == previous {
        text[text.count - 1] = UInt8(ascii: ",")
      } else {
        if previous != nil { names.append(UInt8(ascii: ";")) }
        names.append(contentsOf: header.name.utf8)
        text.append(contentsOf: header.name.utf8)
        text.append(UInt8(ascii: ":"))
        previous = header.name
      }
      text.append(trimming: header.value)
      text.append(UInt8(ascii: "\n"))
    }
    self.names = String(decoding: names, as: UTF8.self)
  }
}

extension [UInt8] {
  /// Appends a field value without the whitespace around it and with one space for each run of it
  /// inside. A line folded by the obsolete rule of RFC 9112 §5.2 has such a run where it is folded.
  ///
  /// Copied whole and closed up in place: a session token has a thousand bytes.
  fileprivate mutating func append(trimming value: String) {
    let start = count
    append(contentsOf: value.utf8)
    var bytes = mutableSpan
    var end = start
    var gap = false
    for index in start..<bytes.count {
      switch bytes[index] {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"):
        gap = end > start
      case let byte:
        if gap {
          bytes[end] = UInt8(ascii: " ")
          end += 1
          gap = false
        }
        bytes[end] = byte
        end += 1
      }
    }
    removeLast(count - end)
  }
}

extension String {
  /// In lower case as far as ASCII goes, which is all that a field name is made of.
  var asciiLowercased: String {
    guard utf8.contains(where: \.isUpperCase) else { return self }
    return String(decoding: utf8.map { $0.isUpperCase ? $0 | 0x20 : $0 }, as: UTF8.self)
  }
}

extension UInt8 {
  fileprivate var isUpperCase: Bool {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self)
  }
}
