import Glibc
import Testing

@testable import AWSClient

struct ProfileFilesTests {
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
    #expect(try home.files().profiles(at: 1).settings == Settings())
    let nowhere = ["AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null/x"]
    #expect(try home.files(nowhere).profiles(at: 1).settings == Settings())
    #expect(try home.files(["AWS_CONFIG_FILE": home.path]).profiles(at: 1).settings == Settings())
  }

  @Test func `A named profile that is in neither file is told with both`() throws {
    home.write(".aws/config", "[prod]\n")
    let files = home.files(["AWS_PROFILE": "prod"])
    let error = try #require(throws: ProfileFiles.Problem.self) { try files.profiles(at: 1) }
    #expect(
      error.description == """
        the profile prod is neither in \(home.path)/.aws/config ([profile prod]) \
        nor in \(home.path)/.aws/credentials ([prod])
        """)
  }

  @Test func `A file that is no file of settings is told with its line`() throws {
    home.write(".aws/credentials", "[default]\naws_secret_access_key\n")
    let error = try #require(throws: ProfileFiles.Problem.self) {
      try home.files().profiles(at: 1)
    }
    #expect(
      error.description == """
        \(home.path)/.aws/credentials, line 2: it is neither a heading nor a setting, name = value
        """)
  }

  @Test func `A file that is too large is told`() throws {
    home.write(".aws/config", "#" + String(repeating: " ", count: 1 << 20))
    let error = try #require(throws: ProfileFiles.Problem.self) {
      try home.files().profiles(at: 1)
    }
    #expect(error.description == "\(home.path)/.aws/config has more than 1048576 bytes")
  }

  // MARK: Changes

  @Test func `A change is seen in the next second, and counted`() throws {
    let files = home.files()
    #expect(try files.profiles(at: 1).settings["x"] == nil)
    home.write(".aws/config", "[default]\nx = 1\n")
    #expect(try files.profiles(at: 1).settings["x"] == nil)
    #expect(files.edition(at: 1) == 0)
    #expect(try files.profiles(at: 2).settings["x"] == "1")
    #expect(files.edition(at: 2) == 1)
    home.write(".aws/credentials", "[default]\nx = 2\n")
    #expect(files.edition(at: 3) == 2)
    #expect(try files.profiles(at: 3).settings["x"] == "2")
    #expect(files.edition(at: 4) == 2)
  }

  @Test func `A clock that was set back stops no look`() throws {
    let files = home.files()
    _ = try files.profiles(at: 1000)
    home.write(".aws/config", "[default]\nx = 1\n")
    #expect(try files.profiles(at: 10).settings["x"] == "1")
  }

  @Test func `A file that is put in another's place is another`() throws {
    home.write(".aws/config", "[default]\nx = 1\n")
    let files = home.files()
    #expect(try files.profiles(at: 1).settings["x"] == "1")
    home.write(".aws/next", "[default]\nx = 2\n")
    // As with `mv`; the size and, with this resolution of time, perhaps the moment are the same.
    #expect(rename("\(home.path)/.aws/next", "\(home.path)/.aws/config") == 0)
    #expect(try files.profiles(at: 2).settings["x"] == "2")
    #expect(unlink("\(home.path)/.aws/config") == 0)
    #expect(try files.profiles(at: 3).settings["x"] == nil)
  }

  @Test func `What was broken is read again once it is right`() throws {
    home.write(".aws/config", "[default\n")
    let files = home.files()
    for second in 1...3 {
      #expect(throws: ProfileFiles.Problem.self) { try files.profiles(at: second) }
    }
    #expect(files.edition(at: 3) == 0)
    home.write(".aws/config", "[default]\nx = 1\n")
    #expect(try files.profiles(at: 4).settings["x"] == "1")
    #expect(files.edition(at: 4) == 1)
  }
}
