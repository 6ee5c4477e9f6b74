import Testing

@testable import Gateway

struct QueryTests {
  private func query(_ text: String?) throws(Problem) -> String? {
    try Query(text, allowed: ["description", "limit"])["description"]
  }

  @Test(
    arguments: [
      (nil, nil), ("", nil), ("&", nil), ("limit=1", nil), ("description", ""),
      ("description=", ""),
      ("description=a", "a"), ("&limit=1&&description=a&", "a"), ("description=a=b", "a=b"),
      ("description=a+b%20c%2Bd", "a b c+d"), ("%64escription=a", "a"), ("description=%26", "&"),
      ("description=%C3%A9", "é"),
    ] as [(String?, String?)])
  func `Values are decoded as forms write them`(text: String?, value: String?) throws {
    #expect(try query(text) == value)
  }

  @Test(arguments: [
    ("other=1", "unknown query parameter 'other'; this resource has description, limit"),
    (
      "Description=1", "unknown query parameter 'Description'; this resource has description, limit"
    ),
    ("=1", "unknown query parameter ''; this resource has description, limit"),
    ("limit=1&limit=1", "the query parameter 'limit' appears twice"),
    ("limit&%6Cimit", "the query parameter 'limit' appears twice"),
    ("limit=%", "a '%' in the path or query is not followed by two hexadecimal digits"),
    ("limit=%FF", "the path or query is not UTF-8 once it is decoded"),
  ])
  func `Unknown, repeated and malformed parameters are refused`(text: String, detail: String) {
    let problem = problem { () throws(Problem) in try query(text) }
    #expect(problem?.code == .malformedRequest)
    #expect(problem?.detail == detail)
  }

  @Test func `A resource without parameters says so, and repeats a part of a name only`() {
    let name = String(repeating: "n", count: 1000)
    let problem = problem { () throws(Problem) in try Query(name) }
    #expect(
      problem?.detail
        == "unknown query parameter '\(name.prefix(64))'; this resource has none")
  }
}
