import JSON

extension JSONValue {
  /// Reads a text, so that a test need not spell out its bytes.
  init(_ text: String, maximumDepth: Int = 32) throws(JSONError) {
    try self.init(parsing: Array(text.utf8), maximumDepth: maximumDepth)
  }
}

/// What is wrong with these bytes; nil if nothing is.
func failure(in bytes: [UInt8], maximumDepth: Int = 32) -> JSONError? {
  do {
    _ = try JSONValue(parsing: bytes, maximumDepth: maximumDepth)
    return nil
  } catch {
    return error
  }
}

func failure(in text: String, maximumDepth: Int = 32) -> JSONError? {
  failure(in: Array(text.utf8), maximumDepth: maximumDepth)
}

/// The bytes of what a writer was told.
func written(_ write: (inout JSONWriter) -> Void) -> String {
  var writer = JSONWriter()
  write(&writer)
  return String(decoding: writer.bytes, as: UTF8.self)
}
