/// One pass over the bytes, without recursion: what is open is on a stack.
struct XMLParser {
  private let bytes: [UInt8]
  private let maximumDepth: Int
  private var position = 0

  init(bytes: [UInt8], maximumDepth: Int) {
    self.bytes = bytes
    self.maximumDepth = maximumDepth
  }

  mutating func document() throws(XMLError) -> XMLElement {
    guard String(validating: bytes, as: UTF8.self) != nil else { throw error("is not UTF-8") }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    if starts(with: "<?xml") { try skip(past: "?>") }
    try skipMisc()
    let root = try element()
    try skipMisc()
    guard position == bytes.count else { throw error("goes on after its end") }
    return root
  }

  /// From its `<` to the `>` of its end tag.
  private mutating func element() throws(XMLError) -> XMLElement {
    var open: [(element: XMLElement, tag: ArraySlice<UInt8>)] = []
    while true {
      var closed: XMLElement?
      if starts(with: "<!--") {
        try skip(past: "-->")
      } else if take("</") {
        closed = try endTag(of: &open)
      } else if take("<") {
        let (tag, isEmpty) = try startTag()
        let element = XMLElement(name: Self.localName(tag))
        if isEmpty { closed = element } else { open.append((element, tag)) }
        guard open.count <= maximumDepth else { throw error("is nested too deep") }
      } else {
        guard !open.isEmpty else { throw error("has no root element") }
        let text = try characterData()
        open[open.count - 1].element.text += text
      }
      guard let closed else { continue }
      if open.isEmpty { return closed }
      open[open.count - 1].element.children.append(closed)
    }
  }

  private mutating func endTag(
    of open: inout [(element: XMLElement, tag: ArraySlice<UInt8>)]
  ) throws(XMLError) -> XMLElement {
    let tag = try name()
    skipSpace()
    guard take(">"), let last = open.popLast(), last.tag == tag else {
      throw error("has an end tag that ends nothing")
    }
    return last.element
  }

  /// After its `<`: the name, and whether the element ends at once.
  private mutating func startTag() throws(XMLError) -> (tag: ArraySlice<UInt8>, isEmpty: Bool) {
    let tag = try name()
    while true {
      let isSeparated = skipSpace()
      if take("/>") { return (tag, true) }
      if take(">") { return (tag, false) }
      guard isSeparated else { throw error("has a tag without an end") }
      try skipAttribute()
    }
  }

  private mutating func skipAttribute() throws(XMLError) {
    _ = try name()
    skipSpace()
    guard take("=") else { throw error("has an attribute without a value") }
    skipSpace()
    if take("\"") { return try skip(past: "\"") }
    guard take("'") else { throw error("has an attribute without quotes") }
    try skip(past: "'")
  }

  /// Up to the next `<`, references replaced.
  private mutating func characterData() throws(XMLError) -> String {
    var text: [UInt8] = []
    while position < bytes.count, bytes[position] != UInt8(ascii: "<") {
      let byte = bytes[position]
      if byte == UInt8(ascii: "&") {
        text += try reference().utf8
      } else {
        text.append(byte)
        position += 1
      }
    }
    guard position < bytes.count else { throw error("breaks off") }
    return String(decoding: text, as: UTF8.self)
  }

  /// One of XML's own five entities, or a character by its number (XML 1.0 §4.1).
  private mutating func reference() throws(XMLError) -> String {
    let rest = bytes[(position + 1)...].prefix(12)
    guard let end = rest.firstIndex(of: UInt8(ascii: ";")) else {
      throw error("has a reference without an end")
    }
    let name = String(decoding: rest[..<end], as: UTF8.self)
    guard let text = Self.entities[name] ?? Self.character(name) else {
      throw error("has a reference to what XML doesn't know")
    }
    position = end + 1
    return text
  }

  private static let entities = ["lt": "<", "gt": ">", "quot": "\"", "apos": "'", "amp": "&"]

  /// `#10` or `#xA`. Int's own parsing would take a sign.
  private static func character(_ name: String) -> String? {
    guard name.utf8.first == UInt8(ascii: "#") else { return nil }
    let isHex = name.hasPrefix("#x")
    let digits = name.dropFirst(isHex ? 2 : 1)
    guard digits.first != "+", digits.first != "-",
      let scalar = UInt32(digits, radix: isHex ? 16 : 10).flatMap(Unicode.Scalar.init),
      scalar.value != 0
    else { return nil }
    return String(scalar)
  }

  /// Comments and white space outside of the root.
  private mutating func skipMisc() throws(XMLError) {
    while true {
      skipSpace()
      guard starts(with: "<!--") else { return }
      try skip(past: "-->")
    }
  }

  private mutating func name() throws(XMLError) -> ArraySlice<UInt8> {
    let name = bytes[position...].prefix(while: Self.isNameByte)
    guard let first = name.first, !"-.0123456789".utf8.contains(first) else {
      throw error("has no name where one belongs")
    }
    position += name.count
    return name
  }

  private static func localName(_ tag: ArraySlice<UInt8>) -> String {
    String(decoding: tag.split(separator: UInt8(ascii: ":")).last ?? [], as: UTF8.self)
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: ":"),
      UInt8(ascii: "-"), UInt8(ascii: "."), 0x80...:
      true
    default: false
    }
  }

  /// Whether there was any.
  @discardableResult
  private mutating func skipSpace() -> Bool {
    let start = position
    while position < bytes.count, " \t\r\n".utf8.contains(bytes[position]) { position += 1 }
    return position > start
  }

  private func starts(with text: StaticString) -> Bool {
    bytes[position...].starts(with: text.description.utf8)
  }

  private mutating func take(_ text: StaticString) -> Bool {
    guard starts(with: text) else { return false }
    position += text.utf8CodeUnitCount
    return true
  }

  private mutating func skip(past end: StaticString) throws(XMLError) {
    while position < bytes.count {
      if take(end) { return }
      position += 1
    }
    throw error("breaks off")
  }

  private func error(_ reason: String) -> XMLError {
    XMLError(reason: reason, position: position)
  }
}
