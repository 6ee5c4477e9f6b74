import Testing

@testable import AWSClient

struct ProfilesTests {
  private func profiles(
    _ name: String = "default", isNamed: Bool = false, config: String = "", credentials: String = ""
  ) throws -> Profiles? {
    Profiles(
      name: name, isNamed: isNamed, config: try SharedFile(parsing: Array(config.utf8)),
      credentials: try SharedFile(parsing: Array(credentials.utf8)))
  }

  @Test func `The credentials file's settings stand over the config file's`() throws {
    let profiles = try #require(
      try profiles(
        config: "[default]\na = 1\nb = 2\n[profile p]\na = 3\n",
        credentials: "[default]\nb = 4\nc = 5\n[q]\na = 6\n[profile p]\na = 7\n"))
    #expect(profiles.settings == profiles["default"])
    #expect(["a", "b", "c"].map { profiles.settings[$0] } == ["1", "4", "5"])
    #expect(profiles["p"]?["a"] == "3")
    #expect(profiles["q"]?["a"] == "6")
    // The credentials file has names alone for headings.
    #expect(profiles["profile p"]?["a"] == "7")
  }

  @Test func `Each file can be asked by itself`() throws {
    let profiles = try #require(
      try profiles(config: "[default]\na = 1\n", credentials: "[default]\na = 2\n[q]\na = 3\n"))
    #expect(profiles.inConfigFile("default")?["a"] == "1")
    #expect(profiles.inCredentialsFile("default")?["a"] == "2")
    #expect(profiles.inConfigFile("q") == nil)
  }

  @Test func `Sessions and services are the config file's`() throws {
    let profiles = try #require(
      try profiles(
        config: """
          [sso-session s]
          sso_region = r
          [services v]
          athena =
            endpoint_url = http://a
          """, credentials: "[sso-session t]\na = 1\n[services w]\na = 1\n"))
    #expect(profiles.ssoSession("s")?["sso_region"] == "r")
    #expect(profiles.services("v")?["athena", "endpoint_url"] == "http://a")
    #expect(profiles.ssoSession("t") == nil && profiles.services("w") == nil)
    #expect(profiles["s"] == nil)
  }

  @Test func `A profile that is named has to be in one of the files`() throws {
    let (config, credentials) = ("[profile p]\n[q]\n", "[c]\n[profile d]\n")
    for name in ["p", "c", "profile d"] {
      #expect(
        try profiles(name, isNamed: true, config: config, credentials: credentials)?.name == name)
    }
    for name in ["default", "q", "d", "profile p", "P", ""] {
      #expect(try profiles(name, isNamed: true, config: config, credentials: credentials) == nil)
    }
    #expect(try profiles(config: config)?.settings == Settings())
  }

  @Test func `Nothing that prints them shows a value`() throws {
    let profiles = try #require(
      try profiles(config: "[default]\na = S3CR3T\nb =\n  c = S3CR3T\n"))
    var dumped = ""
    dump(profiles, to: &dumped)
    for text in ["\(profiles)", "\(profiles.settings)", String(reflecting: profiles), dumped] {
      #expect(text.contains("a") && !text.contains("S3CR3T"), "\(text)")
    }
  }
}
