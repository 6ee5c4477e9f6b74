import HTTPMessage
import HTTPTypes
import JSON

extension ServiceError {
  /// What more of a message is cut off: it goes into logs and to callers.
  private static let longestMessage = 4096

  /// Reads an error of AWS JSON 1.1: its type from the header, or `__type`, or `code`; its message from
  /// `message` or `Message`. An empty or HTML body is an error without a name, any other text is the
  /// message.
  init(json body: [UInt8], status: Int, fields: FieldSection) {
    let json = try? JSONValue(parsing: body)
    let members = json?.asObject ?? JSONObject()
    let names = [fields[.errorType], members["__type"]?.asString, members["code"]?.asString]
    let name = names.lazy.compactMap { $0.flatMap(Self.sanitised) }.first
    let message = members["message"]?.asString ?? members["Message"]?.asString
    self.init(
      code: name ?? String(status), message: json == nil ? Self.text(body) : message,
      status: status, requestID: Self.requestID(fields), members: members)
    self.message = self.message.map { String($0.prefix(Self.longestMessage)) }
  }

  /// Reads an error of S3: `<Error><Code>NoSuchKey</Code><Message>…</Message>…</Error>`. The answer to
  /// a HEAD has no body, and is named by its status.
  init(xml body: [UInt8], status: Int, fields: FieldSection) {
    let text = String(decoding: body, as: UTF8.self)
    let code = Self.element("Code", of: text).flatMap(Self.sanitised)
    self.init(
      code: code ?? String(status), message: Self.element("Message", of: text),
      status: status, requestID: Self.requestID(fields))
    message = message.map { String($0.prefix(Self.longestMessage)) }
  }

  /// `ns#FooError:http://…` is `FooError`; what then is no name is nil, since it is shown to callers.
  static func sanitised(_ type: String) -> String? {
    let name = type.prefix { $0 != ":" }.split(separator: "#").last ?? ""
    guard (1...128).contains(name.utf8.count), name.utf8.allSatisfy(Self.isNameByte) else {
      return nil
    }
    return String(name)
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
      UInt8(ascii: "-"):
      true
    default: false
    }
  }

  /// The body itself, which is not JSON; nil for a page of a proxy's.
  private static func text(_ body: [UInt8]) -> String? {
    let text = String(decoding: body.prefix(longestMessage), as: UTF8.self)
    return text.isEmpty || text.drop(while: \.isWhitespace).hasPrefix("<") ? nil : text
  }

  private static func requestID(_ fields: FieldSection) -> String? {
    guard let id = fields[.amznRequestID] ?? fields[.amzRequestID], id.utf8.count <= 128,
      id.utf8.allSatisfy(isNameByte)
    else { return nil }
    return id
  }

  /// The text of the first element of this name. S3's errors are flat; a parser would find no more.
  private static func element(_ name: String, of text: String) -> String? {
    let (opening, closing) = ("<\(name)>", "</\(name)>")
    guard let start = text.firstRange(of: opening)?.upperBound,
      let end = text[start...].firstRange(of: closing)?.lowerBound
    else { return nil }
    var value = String(text[start..<end])
    for (entity, character) in entities { value = value.replacing(entity, with: character) }
    return value
  }

  /// The ampersand last, so that what it was escaping is not read as an entity.
  private static let entities = [
    ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&"),
  ]
}

extension HTTPField.Name {
  static let errorType = Self("X-Amzn-ErrorType")!
  static let amznRequestID = Self("x-amzn-RequestId")!
  static let amzRequestID = Self("x-amz-request-id")!
}
