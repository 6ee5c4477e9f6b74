import Cryptography

extension AuthorizationField {
  /// What is wrong with an `Authorization` field: each case is one rule broken.
  public enum ParsingError: Error, Equatable, Sendable {
    /// It does not begin with `AWS4-HMAC-SHA256` and a space.
    case unsupportedAlgorithm
    /// A part between commas is not `name=value`.
    case malformedParameter
    /// A name other than `Credential`, `SignedHeaders` and `Signature`.
    case unknownParameter
    /// One of the three is there twice.
    case duplicateParameter
    /// One of the three is not there.
    case missingParameter
    /// Not an access key ID, a day of the calendar, a region, a service and `aws4_request`, with
    /// `/` between them.
    case malformedCredential
    /// Not field names in lower case, each once, sorted, with `;` between them.
    case malformedSignedHeaders
    /// Not 64 lower-case hexadecimal digits.
    case malformedSignature
  }

  /// Reads a field value: one or more spaces after the algorithm, the parameters in any order,
  /// spaces around their commas or none, as clients of AWS differ there. All else is as AWS wants
  /// it.
  public init(parsing value: String) throws(ParsingError) {
    let value = value.utf8[...]
    guard value.starts(with: "\(Self.algorithm) ".utf8) else { throw .unsupportedAlgorithm }
    var credential: Substring.UTF8View?
    var signedHeaders: Substring.UTF8View?
    var signature: Substring.UTF8View?
    for part in value.dropFirst(Self.algorithm.utf8.count)
      .split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    {
      let part = part.trimmed
      guard let end = part.firstIndex(of: UInt8(ascii: "=")) else { throw .malformedParameter }
      let content = part[end...].dropFirst()
      switch String(part[..<end]) {
      case "Credential": try credential.setOnce(content)
      case "SignedHeaders": try signedHeaders.setOnce(content)
      case "Signature": try signature.setOnce(content)
      default: throw .unknownParameter
      }
    }
    guard let credential, let signedHeaders, let signature else { throw .missingParameter }
    let (accessKeyID, scope) = try Self.parseCredential(credential)
    guard signedHeaders.isListOfFieldNames else { throw .malformedSignedHeaders }
    guard let signature = Digest(hex: signature.span) else { throw .malformedSignature }
    self.init(
      accessKeyID: accessKeyID, scope: scope, signedHeaders: String(Substring(signedHeaders)),
      signature: signature)
  }

  private static func parseCredential(
    _ credential: Substring.UTF8View
  ) throws(ParsingError) -> (accessKeyID: String, CredentialScope) {
    let parts = credential.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      .map { String(Substring($0)) }
    guard parts.count == 5, !parts.contains(where: \.isEmpty),
      SigningTime(dateTime: "\(parts[1])T000000Z") != nil,
      parts[4] == CredentialScope.terminator
    else { throw .malformedCredential }
    return (parts[0], CredentialScope(date: parts[1], region: parts[2], service: parts[3]))
  }
}

extension Substring.UTF8View? {
  fileprivate mutating func setOnce(
    _ value: Substring.UTF8View
  ) throws(AuthorizationField.ParsingError) {
    guard self == nil else { throw .duplicateParameter }
    self = value
  }
}

extension Substring.UTF8View {
  /// Without spaces and tabs before and after.
  fileprivate var trimmed: Substring.UTF8View {
    var rest = self.drop(while: \.isWhitespace)
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return rest
  }

  /// Whether these are lower-case tokens (RFC 9110 §5.6.2) in strictly ascending order.
  fileprivate var isListOfFieldNames: Bool {
    var previous: Substring.UTF8View?
    for name in split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false) {
      guard !name.isEmpty, name.allSatisfy(\.isLowerCaseTokenCharacter),
        previous?.lexicographicallyPrecedes(name) ?? true
      else { return false }
      previous = name
    }
    return true
  }
}

extension UInt8 {
  fileprivate var isWhitespace: Bool {
    self == UInt8(ascii: " ") || self == UInt8(ascii: "\t")
  }

  fileprivate var isLowerCaseTokenCharacter: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
    default: "!#$%&'*+-.^_`|~".utf8.contains(self)
    }
  }
}
