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
    let lines = entries.map { "    \($0.json)" }.joined(separator: ",\n")
    let new = Array("{\n  \"keys\": [\n\(lines)\n  ]\n}\n".utf8)
    guard new.count <= fileLimit else {
      throw FileFault("with one key more it has more than \(fileLimit) bytes")
    }
    return (new, entries.count { $0.name == entry.name })
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
