/// An element of XML as AWS's query services and S3 answer with it: names, nesting and text.
///
/// Attributes, comments and namespaces mean nothing there and are passed over. A document type, which
/// could define entities that grow, is refused, and so is what is not well-formed.
struct XMLElement: Equatable {
  /// Without its prefix.
  let name: String
  /// Its own character data, without that of its children.
  var text = ""
  var children: [XMLElement] = []

  /// The one child of this name; nil where there is none, or where several leave it open which is meant.
  subscript(name: String) -> XMLElement? {
    let matches = children.lazy.filter { $0.name == name }.prefix(2)
    return matches.count == 1 ? matches.first : nil
  }
}

/// Why bytes are not a document: the rest of a sentence that begins with them.
struct XMLError: Error, Equatable {
  let reason: String
  /// In bytes from the beginning.
  let position: Int
}

extension XMLElement {
  /// The root of a document in UTF-8.
  ///
  /// - Parameter maximumDepth: How many elements may be open at once. STS's answers have 4.
  init(parsing bytes: [UInt8], maximumDepth: Int = 16) throws(XMLError) {
    var parser = XMLParser(bytes: bytes, maximumDepth: maximumDepth)
    self = try parser.document()
  }
}
