import HTTPMessage
import HTTPTypes

/// `Prefer: wait=N` (RFC 7240 §4.3): how long an answer may be waited for.
struct WaitPreference: Equatable {
  private static let longest = 300

  /// As it is granted.
  let seconds: Int

  /// nil where none is given that can be read: a preference may always be ignored (RFC 7240 §2).
  init?(_ fields: FieldSection) {
    guard let list = fields[.prefer] else { return nil }
    // RFC 7240 §2: of several the first holds, in whatever field line it stands.
    let first = Self.members(of: list).lazy.map(Self.preference).first { $0.name == "wait" }
    guard let value = first?.value, !value.isEmpty,
      value.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    else { return nil }
    // More digits than an integer has are more than is granted.
    seconds = min(Int(value) ?? .max, Self.longest)
  }

  /// `Preference-Applied` (RFC 7240 §3).
  var applied: String { "wait=\(seconds)" }

  /// A preference's name, in lower case, and its value; its parameters are left out.
  private static func preference(_ member: Substring) -> (name: String, value: Substring?) {
    let parts = member.prefix { $0 != ";" }.split(
      separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = parts[0].trimmingOWS().lowercased()
    return (name, parts.count == 2 ? parts[1].trimmingOWS() : nil)
  }

  /// The list's members: a comma within a quoted string parts nothing.
  private static func members(of list: String) -> [Substring] {
    var isQuoted = false
    var isEscaped = false
    return list.split { character in
      defer { isEscaped = isQuoted && !isEscaped && character == "\\" }
      if character == "\"", !isEscaped { isQuoted.toggle() }
      return character == "," && !isQuoted
    }
  }
}

extension Response {
  /// Tells the caller that its preference is honoured (RFC 7240 §3).
  consuming func applyingPreference(of request: Request) -> Response {
    guard let preference = WaitPreference(request.fields) else { return self }
    var response = self
    response.fields[.preferenceApplied] = preference.applied
    return response
  }
}

extension HTTPField.Name {
  static let prefer = Self("Prefer")!
  static let preferenceApplied = Self("Preference-Applied")!
}
