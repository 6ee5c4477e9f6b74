import HTTPMessage
import HTTPTypes
import JSON

extension ServiceError {
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
  }

  /// Reads an error of S3, `<Error><Code>NoSuchKey</Code><Message>…</Message>…</Error>`, or one of a
  /// query service, which has that inside of an `<ErrorResponse>`. The answer to a HEAD has no body, and
  /// is named by its status; so is a page of a proxy's.
  init(xml body: [UInt8], status: Int, fields: FieldSection) {
    let root = try? XMLElement(parsing: body)
    let error = root?.name == "Error" ? root : root?["Error"]
    let code = error?["Code"].flatMap { Self.sanitised($0.text) }
    self.init(
      code: code ?? String(status),
      message: error?["Message"]?.text, status: status, requestID: Self.requestID(fields),
      members: Self.members(of: error))
  }

  /// Those that somebody asks for: there are others, and the one with all that was signed is no one's.
  private static func members(of error: XMLElement?) -> JSONObject {
    JSONObject(
      ["Region", "ActualObjectSize"].compactMap { name in
        error?[name].map { .init(name: name, value: .string($0.text)) }
      })
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
    let text = String(decoding: body, as: UTF8.self)
    return text.isEmpty || text.drop(while: \.isWhitespace).hasPrefix("<") ? nil : text
  }

  /// What AWS has called the call.
  static func requestID(_ fields: FieldSection) -> String? {
    guard let id = fields[.amznRequestID] ?? fields[.amzRequestID], id.utf8.count <= 128 else {
      return nil
    }
    let bytes = id.utf8.span
    return bytes.indices.allSatisfy { isNameByte(bytes[$0]) } ? id : nil
  }
}

extension HTTPField.Name {
  static let errorType = Self("X-Amzn-ErrorType")!
  static let amznRequestID = Self("x-amzn-RequestId")!
  static let amzRequestID = Self("x-amz-request-id")!
}
