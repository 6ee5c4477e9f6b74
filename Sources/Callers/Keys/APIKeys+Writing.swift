import CivilTime
import Cryptography
public import Files
import JSON

extension APIKeys {
  /// A file of keys with one more, and a key a line, so that whoever removes one removes a line.
  ///
  /// - Parameter bytes: The file as it is; nil for none yet.
  /// - Returns: What the file is to be, and how many keys have the entry's name then.
  public static func adding(
    _ entry: Entry, to bytes: [UInt8]?
  ) throws(FileFault) -> (bytes: [UInt8], count: Int) {
    let old = try bytes.map { bytes throws(FileFault) in try list(object(parsing: bytes)) } ?? []
    let entries = old + [entry]
    let new = file(of: entries)
    guard new.count <= fileLimit else {
      throw FileFault("with one key more it has more than \(fileLimit) bytes")
    }
    return (new, entries.count { $0.name == entry.name })
  }

  /// A file of keys without those of a name.
  ///
  /// - Parameters:
  ///   - bytes: The file as it is; nil where it is not there.
  ///   - keepsNewest: Whether the last one of that name stays.
  /// - Returns: What the file is to be, and how many keys are gone then; there is one at least.
  public static func removing(
    _ name: String, keepsNewest: Bool, from bytes: [UInt8]?
  ) throws(FileFault) -> (bytes: [UInt8], count: Int) {
    guard let bytes else { throw FileFault("is not there") }
    let old = try list(object(parsing: bytes))
    let newest = keepsNewest ? old.last { $0.name == name } : nil
    let entries = old.filter { $0.name != name || $0 == newest }
    guard entries.count < old.count else {
      throw FileFault(
        newest == nil
          ? "has no key of the name '\(name.prefix(100))'"
          : "has one key of the name '\(name.prefix(100))', and no older one")
    }
    return (file(of: entries), old.count - entries.count)
  }

  private static func file(of entries: [Entry]) -> [UInt8] {
    let lines = entries.map { "    \($0.json)" }.joined(separator: ",\n")
    return Array("{\n  \"keys\": [\(entries.isEmpty ? "" : "\n\(lines)\n  ")]\n}\n".utf8)
  }
}

extension APIKeys.Entry {
  /// The line of a file of keys.
  public var json: String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("name", name)
    writer.member("sha256", digest.hex)
    writer.member("created", created.map { rfc3339(secondsSince1970: Double($0)) })
    writer.member("expires", expires.map { rfc3339(secondsSince1970: Double($0)) })
    writer.endObject()
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}
