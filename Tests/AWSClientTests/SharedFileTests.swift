import Testing

@testable import AWSClient

/// Each row is what botocore 1.44.5 makes of the text; SharedFileOracleTests has thousands more.
struct SharedFileTests {
  private static func text(_ values: [String: String]) -> Settings {
    Settings(values.mapValues(Settings.Value.text))
  }

  private func file(_ text: String) throws -> SharedFile {
    try SharedFile(parsing: Array(text.utf8))
  }

  @Test(arguments: [
    ("[default]\nregion = eu-west-1\n", ["region": "eu-west-1"]),
    ("[default] # a comment\nregion=eu-west-1", ["region": "eu-west-1"]),
    // A comment has a line to itself.
    ("[default]\n# c\n; c\n  # c\na=b # c\nd=e;f\n", ["a": "b # c", "d": "e;f"]),
    ("[default]\nKey : v=w:x\n", ["key": "v=w:x"]),
    ("[default]\na =\nb = \n", ["a": "", "b": ""]),
    ("\r\n[default]\r\nx = 1\ry = 2\r\n", ["x": "1", "y": "2"]),
    ("[default]\n\u{A0}x\u{3000}=\u{A0}1\u{3000}\n", ["x": "1"]),
    // More indented than the line that began it: a part of the value, whatever it looks like.
    ("[default]\nx = 1\n  2\n\n  3\ny = 4", ["x": "1\n2\n\n3", "y": "4"]),
    ("[default]\nx = 1\n  [profile a]\n", ["x": "1\n[profile a]"]),
    ("[default]\n  x = 1\n  y = 2\n z = 3\n", ["x": "1", "y": "2", "z": "3"]),
    ("[DEFAULT]\nx = 1\ny = 2\n[default]\nx = 3\n", ["x": "3", "y": "2"]),
  ])
  func `Settings are read as botocore reads them`(
    text: String, expected: [String: String]
  ) throws {
    #expect(try file(text)["default"] == Self.text(expected))
  }

  @Test func `Indented lines below an empty value are settings of their own`() throws {
    let file = try file(
      "[default]\ns3 =\n  max = 1\n  # c\n\n  URL = http://h/?a=b\nx = 2\n[other]\ny =\n\n")
    let settings = try #require(file["default"])
    #expect(settings.values["s3"] == .nested(["max": "1", "URL": "http://h/?a=b"]))
    #expect(settings["s3", "URL"] == "http://h/?a=b")
    #expect(settings["s3"] == nil && settings.has("s3") && settings["x"] == "2")
    #expect(settings["x", "max"] == nil && settings["s3", "url"] == nil && !settings.has("max"))
    #expect(file["other"]?["y"] == "")
  }

  @Test func `A file without a heading has no sections`() throws {
    for text in ["", "\n\n", "# only\n; comments"] { #expect(try file(text) == .empty) }
  }

  @Test func `A heading names its kind and, quoted or not, its name`() throws {
    let file = try file(
      """
      [profile a]
      x = 1
      [profile "a b"]
      x = 2
      [profile 'c']
      x = 3
      [profile d e]
      x = 4
      [f]
      x = 5
      [profileg h]
      x = 6
      [profile it's]
      x = 7
      [sso-session s]
      x = 8
      [services "v"]
      x = 9
      """)
    let profiles = file.named("profile").compactMapValues { $0["x"] }
    #expect(profiles == ["a": "1", "a b": "2", "c": "3", "h": "6"])
    #expect(file.named("sso-session").compactMapValues { $0["x"] } == ["s": "8"])
    #expect(file.named("services").compactMapValues { $0["x"] } == ["v": "9"])
  }

  @Test(arguments: [
    ("[profile a]\nx = 1\n[profile \"a\"]\nx = 2\n", "a"),
    ("[default]\nx = 1\n[profile default]\nx = 2\n", "default"),
    ("[profile default]\nx = 1\n[default]\nx = 2\n", "default"),
  ])
  func `Of two headings that give one name the later one counts`(
    text: String, name: String
  ) throws {
    #expect(try file(text).named("profile")[name] == Self.text(["x": "2"]))
  }

  @Test(arguments: [
    ("region = x\n", 1, "before any heading"),
    ("# c\n\nregion = x\n", 3, "before any heading"),
    ("[default\nx = 1\n", 1, "before any heading"),
    ("[a]\nx\n", 2, "neither a heading nor a setting"),
    ("[a]\n[]\n", 2, "neither a heading nor a setting"),
    ("[a]\n= x\n", 2, "no name before its ="),
    ("[a]\n : x\n", 2, "no name before its :"),
    ("[a]\nx = 1\n[b]\n[a]\n", 4, "a heading of line 1 already"),
    ("[a]\nx = 1\n\ny = 2\nX : 3\n", 5, "sets again what line 2 sets"),
    ("[DEFAULT]\nx = 1\n[DEFAULT]\nx = 2", 4, "sets again what line 2 sets"),
    ("[a]\ns3 =\n  x = 1\n  y\n", 2, "an indented line that follows it"),
    ("\u{FEFF}[a]\n", 1, "byte order mark"),
  ])
  func `What is no file of settings is told with its line`(
    text: String, line: Int, reason: String
  ) throws {
    let error = try #require(throws: SharedFileParser.Problem.self) { try file(text) }
    #expect(error.line == line)
    #expect(error.reason.contains(reason))
  }

  /// What looks every heading or setting up among all the others, or copies `[DEFAULT]` into every section,
  /// doesn't come to the end of these.
  @Test func `A file of many sections, settings and defaults is read`() throws {
    let sections = try file((1...60_000).map { "[profile \($0)]\n" }.joined())
    #expect(sections.headings.count == 60_000 && sections.named("profile").count == 60_000)
    let settings = try file("[a]\n" + (1...80_000).map { "k\($0) = 1\n" }.joined())
    #expect(settings["a"]?.values.count == 80_000)
    let defaults = (1...30_000).map { "k\($0) = 1\n" }.joined()
    let multiplied = try file(
      "[DEFAULT]\n" + defaults + (1...30_000).map { "[profile \($0)]\n" }.joined())
    #expect(multiplied.named("profile")["30000"]?["k30000"] == "1")
  }

  @Test func `What is wrong in [DEFAULT] is wrong where a section needs it`() throws {
    let defaults = "[DEFAULT]\nx =\n  no setting\n"
    #expect(try file(defaults) == .empty)
    #expect(try file(defaults + "[a]\nx = 1\n")["a"]?["x"] == "1")
    let error = try #require(throws: SharedFileParser.Problem.self) {
      try file(defaults + "[a]\nx = 1\n[b]\n")
    }
    #expect(error.line == 2)
  }

  @Test func `Bytes that are not UTF-8 are refused`() throws {
    let error = try #require(throws: SharedFileParser.Problem.self) {
      try SharedFile(parsing: Array("[a]\nx = ".utf8) + [0xC3])
    }
    #expect(error == SharedFileParser.Problem(line: nil, reason: "it is not UTF-8"))
  }

  /// Who forgets the equals sign, or a line break, has a secret where a name should be.
  @Test(arguments: [
    "S3CR3T", "[a]\nS3CR3T", "[a]\nS3CR3T = 1\nS3CR3T = 2", "[a]\n=S3CR3T",
    "[a]\nx =\n  S3CR3T", "[a]\nx = S3CR3T\nx = S3CR3T",
  ])
  func `No problem quotes a line`(text: String) throws {
    let error = try #require(throws: SharedFileParser.Problem.self) { try file(text) }
    #expect(!error.reason.lowercased().contains("s3cr3t"))
  }
}
