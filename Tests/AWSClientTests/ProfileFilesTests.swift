import EventLoop
import Glibc
import Testing

@testable import AWSClient

@Suite(.timeLimit(.minutes(1))) struct ProfileFilesTests {
  private let home = TestHome()

  // MARK: Which profile, which files

  @Test(
    arguments: [
      ([:], nil, "default"),
      (["AWS_PROFILE": "a"], nil, "a"),
      (["AWS_DEFAULT_PROFILE": "b"], nil, "b"),
      (["AWS_PROFILE": "a", "AWS_DEFAULT_PROFILE": "b"], nil, "b"),
      (["AWS_PROFILE": "a", "AWS_DEFAULT_PROFILE": ""], nil, "a"),
      (["AWS_PROFILE": ""], nil, "default"),
      (["AWS_PROFILE": "a", "AWS_DEFAULT_PROFILE": "b"], "c", "c"),
    ] as [([String: String], String?, String)])
  func `A profile is named by a flag or in botocore's order`(
    variables: [String: String], flag: String?, expected: String
  ) throws {
    let files = ProfileFiles(environment: AWSEnvironment(variables), profile: flag)
    #expect(files.profile == expected)
    #expect(files.isNamedByFlag == (flag != nil))
  }

  @Test(
    arguments: [
      (nil, "/h/.aws/config"),
      ("", "/h/.aws/config"),
      ("/etc/c", "/etc/c"),
      ("c", "c"),
      ("~", "/h"),
      ("~/c", "/h/c"),
      ("~c", "~c"),
      ("a/~/c", "a/~/c"),
      ("$HOME/c", "/h/c"),
      ("${HOME}/c", "/h/c"),
      ("$DOT.$HOME$NONE-${NONE}x", "././h$NONE-${NONE}x"),
      ("$HOMEx/${HOME", "$HOMEx/${HOME"),
      ("$TILDE/c", "/h/c"),
      ("a$", "a$"),
      ("$$HOME", "$/h"),
      ("${}/$/é$é", "${}/$/é$é"),
    ] as [(String?, String)])
  func `A path may begin with a tilde and have variables in it`(
    path: String?, expected: String
  ) throws {
    var variables = ["HOME": "/h", "DOT": "./", "TILDE": "~"]
    variables["AWS_CONFIG_FILE"] = path
    #expect(ProfileFiles(environment: AWSEnvironment(variables)).configPath == expected)
  }

  @Test func `Both files are in the home unless variables name others`() {
    let files = ProfileFiles(environment: AWSEnvironment(["HOME": "/h/"]))
    #expect(files.configPath == "/h/.aws/config")
    #expect(files.credentialsPath == "/h/.aws/credentials")
    let other = AWSEnvironment(["AWS_SHARED_CREDENTIALS_FILE": "/c", "HOME": "/h"])
    #expect(ProfileFiles(environment: other).credentialsPath == "/c")
  }

  @Test func `Without HOME it is the home of the process's user`() throws {
    let user = try #require(getpwuid(getuid()))
    let home = String(cString: user.pointee.pw_dir)
    #expect(
      ProfileFiles(environment: AWSEnvironment([:])).configPath == home + "/.aws/config")
  }

  // MARK: What they say

  @Test func `Files that are missing are empty`() throws {
    #expect(try home.files().profiles().settings == Settings())
    let nowhere = ["AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null/x"]
    #expect(try home.files(nowhere).profiles().settings == Settings())
    #expect(try home.files(["AWS_CONFIG_FILE": home.path]).profiles().settings == Settings())
  }

  @Test func `A named profile that is in neither file is told with both`() throws {
    home.write(".aws/config", "[prod]\n")
    let files = home.files(["AWS_PROFILE": "prod"])
    let error = try #require(throws: ProfileFiles.Problem.self) { try files.profiles() }
    #expect(
      error.description == """
        the profile prod is neither in \(home.path)/.aws/config ([profile prod]) \
        nor in \(home.path)/.aws/credentials ([prod])
        """)
  }

  @Test func `A file that is no file of settings is told with its line`() throws {
    home.write(".aws/credentials", "[default]\naws_secret_access_key\n")
    let error = try #require(throws: ProfileFiles.Problem.self) {
      try home.files().profiles()
    }
    #expect(
      error.description == """
        \(home.path)/.aws/credentials, line 2: it is neither a heading nor a setting, name = value
        """)
  }

  @Test func `A file that is too large is told`() throws {
    home.write(".aws/config", "#" + String(repeating: " ", count: 1 << 20))
    let error = try #require(throws: ProfileFiles.Problem.self) {
      try home.files().profiles()
    }
    #expect(error.description == "\(home.path)/.aws/config has more than 1048576 bytes")
  }

  // MARK: Changes

  @Test func `A change is taken over once it has stayed for two seconds, and counted`() throws {
    let files = home.files()
    #expect(try files.profiles().settings["x"] == nil)
    home.write(".aws/config", "[default]\nx = 1\n")
    for second in [1, 1, 2] {
      files.look(at: second)
      #expect(try files.profiles().settings["x"] == nil)
      #expect(files.edition == 0)
    }
    files.look(at: 3)
    #expect(try files.profiles().settings["x"] == "1")
    #expect(files.edition == 1)
    home.write(".aws/credentials", "[default]\nx = 2\n")
    for second in 4...6 { files.look(at: second) }
    #expect(try files.profiles().settings["x"] == "2")
    for second in 7...9 { files.look(at: second) }
    #expect(files.edition == 2)
  }

  @Test func `What the files say to other profiles counts for nothing`() throws {
    let config = """
      [default]
      role_arn = r
      source_profile = middle
      [profile middle]
      source_profile = last
      [profile last]
      sso_session = login
      source_profile = default
      [sso-session login]
      x = 1
      [profile other]
      x = 1
      [sso-session other]
      x = 1

      """
    home.write(".aws/config", config)
    let files = home.files()
    var second = 0
    func edition(after config: String, _ credentials: String? = nil) -> Int {
      home.write(".aws/config", config + String(repeating: "#\n", count: second))
      if let credentials { home.write(".aws/credentials", credentials) }
      for _ in 1...3 {
        second += 1
        files.look(at: second)
      }
      return files.edition
    }
    #expect(edition(after: config + "y = 1\n[profile new]\nx = 1\n") == 0)
    #expect(try files.profiles()["new"] != nil)
    #expect(edition(after: config.replacing("[profile other]\nx = 1", with: "")) == 0)
    #expect(edition(after: config, "[other]\nx = 1\n") == 0)
    #expect(edition(after: config, "[middle]\nx = 1\n") == 1)
    #expect(edition(after: config.replacing("login]\nx = 1", with: "login]\nx = 2")) == 2)
    #expect(edition(after: config.replacing("[profile last]", with: "[profile last]\nx = 1")) == 3)
    #expect(edition(after: config.replacing("role_arn = r", with: "role_arn = s")) == 4)
  }

  @Test(arguments: [true, false])
  func `A file that is emptied or gone while it is written is what it was`(isGone: Bool) throws {
    home.write(".aws/credentials", "[default]\nx = 1\n")
    let files = home.files()
    for second in stride(from: 10, to: 50, by: 10) {
      if isGone {
        #expect(unlink("\(home.path)/.aws/credentials") == 0)
      } else {
        home.write(".aws/credentials", "")
      }
      files.look(at: second)
      files.look(at: second + 1)
      #expect(try files.profiles().settings["x"] != nil)
      // Of another size each time: the file system's clock may not have moved.
      let size = String(repeating: "#", count: second)
      home.write(".aws/credentials", "[default]\nx = \(second)\n\(size)\n")
      // A change of its own, which has to stay for as long.
      files.look(at: second + 2)
      files.look(at: second + 3)
      #expect(try files.profiles().settings["x"] != "\(second)")
      files.look(at: second + 4)
      #expect(try files.profiles().settings["x"] == "\(second)")
    }
    #expect(files.edition == 4)
  }

  @Test func `A file that stays away is an empty one`() throws {
    home.write(".aws/config", "[default]\nx = 1\n")
    let files = home.files()
    #expect(unlink("\(home.path)/.aws/config") == 0)
    for second in 1...3 { files.look(at: second) }
    #expect(try files.profiles().settings["x"] == nil)
    #expect(files.edition == 1)
  }

  @Test func `A file that is kept from us once it was read is a problem, and not nothing`() throws {
    home.write(".aws/config", "[default]\nx = 1\n")
    let files = home.files()
    let (path, aside) = ("\(home.path)/.aws/config", "\(home.path)/.aws/aside")
    #expect(rename(path, aside) == 0)
    // A link that leads to itself can't be opened, not even by root.
    #expect(symlink(path, path) == 0)
    for second in 1...9 { files.look(at: second) }
    #expect(throws: ProfileFiles.Problem.self) { try files.profiles() }
    #expect(files.edition == 1)
    #expect(unlink(path) == 0 && rename(aside, path) == 0)
    for second in 10...12 { files.look(at: second) }
    #expect(try files.profiles().settings["x"] == "1")
  }

  @Test func `A clock that was set back stops no look`() throws {
    let files = home.files()
    home.write(".aws/config", "[default]\nx = 1\n")
    files.look(at: 1000)
    files.look(at: 10)
    #expect(try files.profiles().settings["x"] == "1")
  }

  @Test func `A file that is put in another's place is another`() throws {
    home.write(".aws/config", "[default]\nx = 1\n")
    let files = home.files()
    #expect(try files.profiles().settings["x"] == "1")
    home.write(".aws/next", "[default]\nx = 2\n")
    // As with `mv`; the size and, with this resolution of time, perhaps the moment are the same.
    #expect(rename("\(home.path)/.aws/next", "\(home.path)/.aws/config") == 0)
    for second in 1...3 { files.look(at: second) }
    #expect(try files.profiles().settings["x"] == "2")
  }

  @Test func `What was broken is read again once it is right`() throws {
    home.write(".aws/config", "[default\n")
    let files = home.files()
    for second in 1...3 {
      files.look(at: second)
      #expect(throws: ProfileFiles.Problem.self) { try files.profiles() }
    }
    #expect(files.edition == 0)
    home.write(".aws/config", "[default]\nx = 1\n")
    for second in 4...6 { files.look(at: second) }
    #expect(try files.profiles().settings["x"] == "1")
    #expect(files.edition == 1)
  }

  @Test func `Files that are watched are looked at by themselves`() async throws {
    home.write(".aws/config", "[default]\nx = 1\n")
    let files = home.files()
    let thread = try files.watch()
    defer { thread.stopAndJoin() }
    home.write(".aws/config", "[default]\nx = 2\n\n")
    while try files.profiles().settings["x"] != "2" { try await Task.sleep(for: .milliseconds(10)) }
    #expect(files.edition == 1)
  }
}
