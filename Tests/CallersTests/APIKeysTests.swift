import Callers
import Cryptography
import EventLoop
import Files
import Glibc
import HTTPMessage
import Testing

@Suite struct APIKeysTests {
  private static let key = "agk_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
  /// By `printf %s KEY | sha256sum`.
  private static let digest = "3ed11dda8e9518783660ace08c6c29c52629908541aaa3b394e9cbfb75fa1972"

  private static func keys(_ text: String) throws(FileFault) -> APIKeys {
    try APIKeys(parsing: Array(text.utf8))
  }

  @Test func `A new key is agk_ and 43 characters, and never the same`() {
    let keys = Set((0..<100).map { _ in APIKey.random().text })
    #expect(keys.count == 100)
    #expect(keys.allSatisfy { $0.wholeMatch(of: /agk_[A-Za-z0-9_-]{43}/) != nil })
  }

  @Test(arguments: [
    ("", "line 1, column 1: the JSON text ends too early"),
    ("[]", #"the file must be an object, as in {"keys": []}, not an array"#),
    ("{}", "/keys is required"),
    (#"{"keys": 1}"#, "/keys must be an array, not a number"),
    (#"{"keys": [], "key": 1}"#, "/key is not a member of this object; the members are keys"),
    (#"{"keys": [1]}"#, "/keys/0 must be an object, not a number"),
    (#"{"keys": [{}]}"#, "/keys/0/name is required; /keys/0/sha256 is required"),
    (
      #"{"keys": [{"name": "a b", "sha256": "x"}]}"#,
      "/keys/0/name must have 1 to 128 letters, digits and - . _ @; "
        + "/keys/0/sha256 must be a SHA-256 in 64 lower-case hexadecimal digits"
    ),
    (
      #"{"keys": [{"name": "a", "sha256": "\#(digest)", "expires": "soon"}]}"#,
      "/keys/0/expires must be a time as RFC 3339 writes it, as in 2027-01-31T00:00:00Z"
    ),
    (
      #"{"keys": [{"name": "a", "sha256": "\#(digest)"}, {"name": "b", "sha256": "\#(digest)"}]}"#,
      "/keys/1/sha256 is an earlier entry's too; a key has one name"
    ),
    (
      #"{"keys": [{"name": "a", "name": "b", "sha256": "\#(digest)"}]}"#,
      #"line 1, column 25: a member named "name" appears twice in /keys/0/name"#
    ),
    (
      #"{"keys": [{"name": "*", "sha256": "\#(digest)"}]}"#,
      "/keys/0/name must have 1 to 128 letters, digits and - . _ @"
    ),
  ])
  func `A file that can't be used is told with each fault's place`(text: String, fault: String) {
    #expect(throws: FileFault(fault)) { try Self.keys(text) }
  }

  @Test func `A key that is added can be used, and what was there stays`() throws {
    let first = APIKeys.Entry(
      name: "first", digest: APIKey.random().digest, created: 0, expires: 1_800_000_000)
    let second = APIKeys.Entry(
      name: "second", digest: APIKey.random().digest, created: nil, expires: nil)
    let one = try APIKeys.adding(first, to: nil)
    let two = try APIKeys.adding(second, to: one.bytes)
    #expect(one.count == 1 && two.count == 1)
    #expect(
      try APIKeys(parsing: two.bytes).entries == [first.digest: first, second.digest: second])
    let again = APIKeys.Entry(
      name: "second", digest: APIKey.random().digest, created: nil, expires: nil)
    #expect(try APIKeys.adding(again, to: two.bytes).count == 2)
    #expect(
      String(decoding: one.bytes, as: UTF8.self) == """
        {
          "keys": [
            {"name":"first","sha256":"\(first.digest.hex)","created":"1970-01-01T00:00:00.000Z",\
        "expires":"2027-01-15T08:00:00.000Z"}
          ]
        }

        """)
  }

  @Test func `To a file that can't be used nothing is added`() {
    let entry = APIKeys.Entry(
      name: "a", digest: APIKey.random().digest, created: nil, expires: nil)
    #expect(throws: FileFault.self) { try APIKeys.adding(entry, to: Array("{}".utf8)) }
  }
}
