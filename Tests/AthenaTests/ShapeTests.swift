import JSON
import Testing

@testable import Athena

struct ShapeTests {
  private static let members: [Shape.Member] = [
    .init("Text", .string(length: 1...2)), .init("Number", .integer(1...3)),
    .init("Time", .timestamp), .init("Flag", .boolean),
    .init("Map", .map(key: .string(length: 1...1), value: .list(.string()))),
    .init("Inner", .structure([.init("Needed", .boolean, isRequired: true)])),
  ]

  private func read(_ text: String, from origin: Shape.Origin) throws -> (String, [String]) {
    let object = try #require(try JSONValue(parsing: Array(text.utf8)).asObject)
    var reader = JSONObjectReader(object, allowsUnknownMembers: origin == .athena)
    let structure = reader.structure(Self.members, from: origin)
    reader.finish()
    var writer = JSONWriter()
    writer.value(.object(structure))
    return (
      String(decoding: writer.bytes, as: UTF8.self), reader.findings.map { "\($0.pointer)" }
    )
  }

  @Test func `A caller's names become Athena's, and keys of maps stay`() throws {
    let (read, findings) = try read(
      #"{"inner":{"needed":false},"map":{"é":["V"]},"text":"é","number":1e0,"flag":true}"#,
      from: .caller)
    #expect(
      read
        == #"{"Text":"é","Number":1,"Flag":true,"Map":{"é":["V"]},"Inner":{"Needed":false}}"#)
    #expect(findings == [])
  }

  @Test(arguments: [
    (#"{"text":""}"#, "/text"), (#"{"text":"abc"}"#, "/text"), (#"{"text":null}"#, "/text"),
    (#"{"number":4}"#, "/number"), (#"{"number":1.5}"#, "/number"), (#"{"number":"1"}"#, "/number"),
    (#"{"flag":0}"#, "/flag"), (#"{"map":[]}"#, "/map"), (#"{"map":{"ab":[]}}"#, "/map/ab"),
    (#"{"map":{"a/":[]}}"#, "/map/a~1"), (#"{"map":{"a":[1]}}"#, "/map/a/0"),
    (#"{"inner":{}}"#, "/inner/needed"), (#"{"inner":{"needed":true,"x":1}}"#, "/inner/x"),
    (#"{"Text":"a"}"#, "/Text"),
  ])
  func `What a caller gets wrong has its place`(text: String, place: String) throws {
    #expect(try read(text, from: .caller).1 == [place])
  }

  @Test func `Athena's own values are judged by type alone`() throws {
    let text =
      #"{"Text":"abc","Number":9,"Time":1.5,"Flag":null,"Map":{"ab":[]},"Inner":{"X":1},"New":{}}"#
    let (read, findings) = try read(text, from: .athena)
    #expect(read == #"{"Text":"abc","Number":9,"Time":1.5,"Map":{"ab":[]},"Inner":{}}"#)
    #expect(findings == [])
    #expect(
      try self.read(#"{"Time":"now","Inner":{"Needed":1}}"#, from: .athena).1
        == ["/Time", "/Inner/Needed"])
    #expect(try self.read(#"{"Time":1e999}"#, from: .athena).1 == ["/Time"])
  }

  /// A shape of text with whether it is one.
  @Test(
    arguments: [
      (Shape.workGroup, "a.B_9-", true), (.workGroup, "", false), (.workGroup, "a/b", false),
      (.workGroup, "a\n", false), (.workGroup, String(repeating: "a", count: 129), false),
      (.roleARN, "arn:aws:iam::123456789012:role/a", true),
      (.roleARN, "arn:aws-us-gov:iam::123456789012:role/p/a+b=c,d.e@f", true),
      (.roleARN, "arn:aws:iam::12345678901\u{0663}:role/a", false),
      (.roleARN, "arn:aws:iam::123456789012:user/a", false),
      (.roleARN, " arn:aws:iam::123456789012:role/a", false),
      (.clientRequestToken, String(repeating: "😀", count: 128), true),
      (.clientRequestToken, String(repeating: "e\u{301}", count: 65), false),
    ] as [(Shape, String, Bool)])
  func `A text is held to length and pattern`(shape: Shape, text: String, isOne: Bool) {
    #expect((shape.fault(in: .string(text)) == nil) == isOne)
  }

  private static let patterns: [Pattern] = [
    .workGroup, .roleARN, .kmsKey, .logGroup, .logStreamNamePrefix, .s3Location, .parameter,
  ]

  private static let id = "12345678-90ab-cdef-1234-567890abcdef"

  private static let samples = [
    "", "a", "A.b_9-", "a b", "a/b", "a:b", "a*", "é", "e\u{301}", "a\n", "\n", "\t", "\u{0}",
    "\u{1F}",
    " ", "\u{7F}", "\u{FFFD}", "\u{FFFE}", "\u{10FFFF}", "\r\n", "alias/", "alias/a", "alias/a.b",
    "alias/a/b_-9", id, id.uppercased(), id + "0", String(id.dropLast()), "g" + id.dropFirst(),
    "arn:aws:kms:eu-west-1:123456789012:key/1", "arn:aws-cn:kms:cn:123456789012:alias/a",
    "arn:aws:kms::123456789012:key/1", "arn:aws:kms:eu:123:key/1",
    "arn:aws:kms:eu:123456789012:key/",
    "arn:aws:kms:eu:123456789012:keya", "arn:aws:kms:eu:123456789012:key",
    "arn:aws:iam::123456789012:role/r",
    "arn:aws:iam::123456789012:roler", "arn:aws:iam::123456789012:role/",
    "arn:aws:iam::123456789012:role",
    "arn:aws:iam::123456789012:user/r", "arn:aws:iam::1234567890123:role/r",
    "arn:aws:iam::12345678901\u{663}:role/r", "arn:AWS:iam::123456789012:role/r",
    "arn:aws:iam::123456789012:role/r s", " arn:aws:iam::123456789012:role/r", "s3://bucket",
    "s3://bucket/", "s3://bucket/a b/é", "s3://bucket//", "s3://b", "s3://b/", "s3://ab",
    "s3://Bucket/",
    "s3://-b/", "s3://b-/", "s3://bu.cket/", "s3://bucket/a\nb", "s3://bucket/\u{2028}", "s3:///",
    "http://bucket/", String(repeating: "x", count: 128), String(repeating: "x", count: 129),
  ]

  @Test(arguments: patterns)
  func `A pattern's function is its expression`(pattern: Pattern) throws {
    let expression = try Regex(pattern.text).matchingSemantics(.unicodeScalar)
    var matched = 0
    for sample in Self.samples {
      let matches = sample.wholeMatch(of: expression) != nil
      #expect(pattern.matches(sample) == matches, "\(sample.debugDescription)")
      if matches { matched += 1 }
    }
    #expect(matched > 0 && matched < Self.samples.count)
  }

  @Test func `A hostile content is read in little time, and told of in few words`() throws {
    let key = String(repeating: "\u{1}", count: 4000)
    let members = (0..<100).map { JSONObject.Member(name: "\($0)\(key)", value: .null) }
    var reader = JSONObjectReader(
      JSONObject([.init(name: "map", value: .object(JSONObject(members)))]))
    _ = reader.structure(Self.members, from: .caller)
    #expect(reader.findings.count == JSONObjectReader.maximumFindings)
    #expect(reader.findings.allSatisfy { $0.pointer.description.utf8.count < 200 })
  }
}
