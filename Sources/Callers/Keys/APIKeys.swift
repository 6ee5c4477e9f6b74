import CivilTime
public import Cryptography
public import Files
import JSON

/// The API keys that the operator's file lists: names and digests, and no key.
public struct APIKeys: Equatable, Sendable {
  public struct Entry: Equatable, Sendable {
    /// The caller's. Two keys of one name are the same caller's, so that he can change from one to the other.
    public let name: String
    public let digest: Digest
    /// Since 1970; nil where the file doesn't say. For whoever reads that: nothing comes of it.
    public let created: Int?
    /// The first second, since 1970, in which it is good no more; nil for never.
    public let expires: Int?

    public init(name: String, digest: Digest, created: Int?, expires: Int?) {
      self.name = name
      self.digest = digest
      self.created = created
      self.expires = expires
    }
  }

  /// More than a file of 1 MiB, ``fileLimit``, can list.
  public static let fileLimit = 1024 * 1024

  public let entries: [Digest: Entry]

  /// Reads a file of keys. Throws all that is wrong with it, each fault with its place.
  public init(parsing bytes: [UInt8]) throws(FileFault) {
    self.init(entries: try Self.list(try Self.object(parsing: bytes)))
  }

  private init(entries: [Entry]) {
    self.entries = Dictionary(entries.map { ($0.digest, $0) }) { first, _ in first }
  }

  static func object(parsing bytes: [UInt8]) throws(FileFault) -> JSONObject {
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue(parsing: bytes)
    } catch {
      throw FileFault(error.description(in: bytes))
    }
    guard let object = value.asObject else {
      throw FileFault("the file must be an object, as in {\"keys\": []}, not \(value.kind)")
    }
    return object
  }

  /// In the file's order.
  static func list(_ object: JSONObject) throws(FileFault) -> [Entry] {
    var reader = JSONObjectReader(object)
    let entries = reader.objects("keys", reading: Self.entry)
    if entries == nil, reader.findings.isEmpty { reader.record("is required", at: "keys") }
    reader.finish()
    var seen: Set<Digest> = []
    for (index, entry) in (entries ?? []).enumerated() {
      guard let entry, !seen.insert(entry.digest).inserted else { continue }
      reader.record(
        "is an earlier entry's too; a key has one name",
        at: .root.appending("keys").appending(index).appending("sha256"))
    }
    if let fault = reader.fault { throw FileFault(fault) }
    return (entries ?? []).compactMap { $0 }
  }

  /// nil where something is wrong, which is recorded.
  private static func entry(_ reader: inout JSONObjectReader) -> Entry? {
    let name = required("name", &reader)
    let text = required("sha256", &reader)
    let digest = text.flatMap { Digest(hex: $0.utf8.span) }
    if let name, let fault = fault(inName: name) { reader.record(fault, at: "name") }
    if text != nil, digest == nil {
      reader.record("must be a SHA-256 in 64 lower-case hexadecimal digits", at: "sha256")
    }
    let created = time("created", &reader)
    let expires = time("expires", &reader)
    guard let name, let digest, reader.findings.isEmpty else { return nil }
    return Entry(name: name, digest: digest, created: created, expires: expires)
  }

  private static func required(_ name: String, _ reader: inout JSONObjectReader) -> String? {
    let isThere = reader.value(name) != nil
    if !isThere { reader.record("is required", at: name) }
    return reader.string(name)
  }

  private static func time(_ name: String, _ reader: inout JSONObjectReader) -> Int? {
    guard let text = reader.string(name) else { return nil }
    let seconds = secondsSince1970(rfc3339: text)
    if seconds == nil {
      reader.record("must be a time as RFC 3339 writes it, as in 2027-01-31T00:00:00Z", at: name)
    }
    return seconds
  }

  /// Why a text is no name of a key; nil where it is one. No asterisk among others, which stands for other
  /// names in a policy.
  public static func fault(inName name: String) -> String? {
    let isName =
      (1...128).contains(name.utf8.count)
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
          UInt8(ascii: "_"), UInt8(ascii: "@"):
          true
        default: false
        }
      }
    return isName ? nil : "must have 1 to 128 letters, digits and - . _ @"
  }
}

extension APIKeys {
  /// Whose key a text is.
  ///
  /// What is compared are digests, in constant time, and where one is looked for depends on a digest too:
  /// nobody who measures can find a key piece by piece.
  func caller(of key: String, at now: Int) throws(AuthenticationFault) -> Caller {
    guard let entry = entries[APIKey.digest(of: key)] else {
      throw .badCredentials(
        "the gateway doesn't know this API key; it may be revoked, or not copied whole")
    }
    guard now < entry.expires ?? .max else {
      throw .badCredentials("this API key has expired; ask for a new one")
    }
    return Caller(.key, entry.name)
  }
}
