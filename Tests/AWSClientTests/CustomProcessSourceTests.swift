import Files
import Glibc
import SigV4
import Testing

@testable import AWSClient

/// Real programs: shell scripts that the tests write.
@Suite(.timeLimit(.minutes(1))) struct CustomProcessSourceTests {
  private static let answer =
    #"{"Version": 1, "AccessKeyId": "AKID", "SecretAccessKey": "secret"}"#

  private let home = TestHome()

  /// Runs `script` with `/bin/sh` as the default profile's credential_process.
  private func run(
    _ script: String, settings: String = "", timeout: Duration = .seconds(60)
  ) async throws -> Result<ResolvedCredentials?, CredentialsError> {
    home.write("script", script)
    return try await resolve(
      "credential_process = /bin/sh \(home.path)/script\n\(settings)", timeout)
  }

  private func resolve(
    _ settings: String, _ timeout: Duration = .seconds(60)
  ) async throws -> Result<ResolvedCredentials?, CredentialsError> {
    home.write(".aws/config", "[default]\n\(settings)\n")
    let source = CustomProcessSource(profile: "default", files: home.files(), timeout: timeout)
    return try await withTools { tools, _ in await source.outcome(with: tools) }
  }

  private func reason(
    _ outcome: Result<ResolvedCredentials?, CredentialsError>
  ) throws -> String {
    let error = try #require(throws: CredentialsError.self) { try outcome.get() }
    #expect(error.source == "custom-process")
    let subject = "the credential_process of the profile default "
    #expect(error.reason.hasPrefix(subject))
    #expect(!error.reason.contains("S3CR3T"))
    return String(error.reason.dropFirst(subject.count))
  }

  // MARK: What it prints

  @Test func `A key and its secret are enough, and never expire`() async throws {
    let resolved = try await run("echo '\(Self.answer)'").get()
    #expect(
      resolved
        == ResolvedCredentials(
          Credentials(accessKeyID: "AKID", secretAccessKey: "secret"),
          origin: "custom-process (profile default)"))
  }

  @Test func `A token, an expiration and an account are taken as they are`() async throws {
    let resolved = try await run(
      """
      cat <<'END'
      {"Version": 1, "AccessKeyId": "AKID", "SecretAccessKey": "secret", "SessionToken": "token",
       "Expiration": "2026-11-23T10:15:00+02:00", "AccountId": "123456789012", "Other": [1]}
      END
      """, settings: "aws_account_id = 1"
    ).get()
    #expect(resolved?.credentials.sessionToken == "token")
    #expect(resolved?.expiration == 1_795_421_700)
    #expect(resolved?.accountID == "123456789012")
  }

  @Test func `What is null is not there, and the profile may have the account`() async throws {
    let resolved = try await run(
      """
      echo '{"Version":1.0,"AccessKeyId":"AKID","SecretAccessKey":"secret","SessionToken":null,
        "Expiration":null,"AccountId":null}'
      """, settings: "aws_account_id = 1"
    ).get()
    #expect(
      resolved?.credentials == Credentials(accessKeyID: "AKID", secretAccessKey: "secret"))
    #expect(resolved?.expiration == nil)
    #expect(resolved?.accountID == "1")
  }

  @Test(arguments: [
    ("", "printed no JSON object"),
    ("S3CR3T", "printed no JSON object"),
    ("[]", "printed no JSON object"),
    (#"{"Version":1,"SecretAccessKey":"S3CR3T""#, "printed no JSON object"),
    ("{}", "printed no Version; it has to be 1"),
    (#"{"Version":2,"AccessKeyId":"A","SecretAccessKey":"S3CR3T"}"#, "printed Version 2; it"),
    (
      #"{"Version":"1","AccessKeyId":"A","SecretAccessKey":"S3CR3T"}"#,
      "printed an object whose /Version must"
    ),
    (#"{"Version":1,"SecretAccessKey":"S3CR3T"}"#, "printed no AccessKeyId, or no"),
    (#"{"Version":1,"AccessKeyId":"A"}"#, "printed no AccessKeyId, or no"),
    (#"{"Version":1,"AccessKeyId":"","SecretAccessKey":"S3CR3T"}"#, "printed no AccessKeyId"),
    (
      #"{"Version":1,"AccessKeyId":5,"SecretAccessKey":"S3CR3T"}"#,
      "printed an object whose /AccessKeyId must"
    ),
    (#"{"Version":1,"AccessKeyId":"A","SecretAccessKey":"S3CR3T\r\n"}"#, "printed a value with a"),
    (
      #"{"Version":1,"AccessKeyId":"A","SecretAccessKey":"S3CR3T","SessionToken":"S3CR3T\u0000"}"#,
      "printed a value with a"
    ),
    (
      #"{"Version":1,"AccessKeyId":"A","SecretAccessKey":"S3CR3T","Expiration":"tomorrow"}"#,
      "printed an Expiration that is no time"
    ),
  ])
  func `What is no such object is told without quoting it`(
    output: String, expected: String
  ) async throws {
    home.write("output", output)
    let reason = try reason(try await run("cat '\(home.path)/output'"))
    #expect(reason.hasPrefix(expected), "\(reason)")
  }

  @Test func `More than 64 KiB are too much`() async throws {
    let script = "head -c 70000 /dev/zero"
    #expect(try reason(try await run(script)) == "printed more than 65536 bytes")
  }

  @Test func `A program that says very much on its stderr is heard out`() async throws {
    let script = "head -c 1000000 /dev/zero >&2\necho '\(Self.answer)'"
    #expect(try await run(script).get() != nil)
  }

  // MARK: How it ends

  @Test(arguments: [
    ("exit 3", "ended with status 3"), ("echo S3CR3T >&2\nexit 1", "ended with status 1"),
    ("echo S3CR3T\nexit 1", "ended with status 1"), ("kill -9 $$", "was ended by signal 9"),
  ])
  func `A program that fails is told by its status, and nothing that it said`(
    script: String, expected: String
  ) async throws {
    #expect(try reason(try await run(script)) == expected + "; run it by hand to see what it says")
  }

  @Test(arguments: [
    ("", "is no command"),
    ("\"a", "is no command"),
    ("'' a", "is no command"),
    (
      "/nonexistent/program --password S3CR3T",
      "names the program /nonexistent/program, which is not installed"
    ),
    ("no-such-program S3CR3T", "names the program no-such-program, which is not installed"),
    (
      "~/program | S3CR3T",
      "names the program ~/program, which is not installed, not on the PATH, or not executable; "
        + "no shell runs it"
    ),
    ("PASSWORD=S3CR3T program", "names a program, which is not installed"),
    ("/dev/null S3CR3T", "names the program /dev/null, which is not installed"),
  ])
  func `What can't be run is told without its arguments`(
    command: String, expected: String
  ) async throws {
    let outcome = try await resolve("credential_process = \(command)")
    let reason = try reason(outcome)
    #expect(reason.hasPrefix(expected), "\(reason)")
  }

  @Test func `A program that hangs is killed, with all that it started`() async throws {
    let script = """
      trap '' TERM
      sleep 1000 &
      echo $! >\(home.path)/child
      sleep 1000
      """
    home.write("child", "")
    let reason = try reason(try await run(script, timeout: .milliseconds(500)))
    #expect(reason == "was killed, since it had not ended after 0 s")
    let child = try noted("child")
    while isRunning(child) {
      try Task.checkCancellation()
      await Task.yield()
    }
  }

  @Test func `A program whose child holds the output is not waited for`() async throws {
    home.write("child", "")
    let script = "echo '\(Self.answer)'\nsleep 1000 &\necho $! >\(home.path)/child"
    let outcome = try await run(script)
    kill(try noted("child"), SIGKILL)
    #expect(try outcome.get() != nil)
  }

  /// What has left the program's session is not found any more; the gateway goes on without it.
  @Test func `What a hanging program leaves behind holds no descriptor of ours`() async throws {
    let survivor = """
      trap '' TERM
      pipe=$(readlink /proc/$$/fd/1)
      echo "$pipe" >\(home.path)/pipe
      echo $$ >\(home.path)/child
      exec sleep 1000
      """
    for name in ["program", "child", "pipe"] { home.write(name, "") }
    home.write("survivor", survivor)
    let script = """
      trap '' TERM
      echo $$ >\(home.path)/program
      setsid sh \(home.path)/survivor &
      sleep 1000
      sleep 1000
      """
    let reason = try reason(try await run(script, timeout: .seconds(5)))
    #expect(reason == "was killed, since it had not ended after 5 s")
    let child = try noted("child")
    defer { kill(child, SIGKILL) }
    let pipe = String(
      decoding: try LocalFile(reading: "\(home.path)/pipe").bytes.dropLast(), as: UTF8.self)
    #expect(pipe.hasPrefix("pipe:["))
    let program = try noted("program")
    while ourDescriptors().contains(pipe) || isRunning(program) {
      try Task.checkCancellation()
      await Task.yield()
    }
    #expect(isRunning(child))
  }

  /// What the open descriptors of this process lead to.
  private func ourDescriptors() -> Set<String> {
    Set(
      (0..<4096).compactMap { number in
        var target = [UInt8](repeating: 0, count: 256)
        let count = target.withUnsafeMutableBytes {
          readlink("/proc/self/fd/\(number)", $0.baseAddress!, $0.count)
        }
        return count > 0 ? String(decoding: target.prefix(count), as: UTF8.self) : nil
      })
  }

  /// Whether it is more than an entry that nobody has read; some containers have no init that would.
  private func isRunning(_ id: pid_t) -> Bool {
    guard let status = try? LocalFile(reading: "/proc/\(id)/stat") else { return false }
    return !String(decoding: status.bytes, as: UTF8.self).contains(") Z ")
  }

  /// The process that a script has started and noted.
  private func noted(_ name: String) throws -> pid_t {
    let content = try LocalFile(reading: "\(home.path)/\(name)").bytes.dropLast()
    return try #require(pid_t(String(decoding: content, as: UTF8.self)))
  }

  // MARK: How it is run

  @Test func `It is split as a shell would, and no shell sees it`() async throws {
    home.write(
      "script",
      #"""
      test $# = 4 -a "$1" = 'a b' -a "$2" = '$HOME' -a "$3" = '*' -a "$4" = 'c;d' || exit 1
      echo '{"Version": 1, "AccessKeyId": "AKID", "SecretAccessKey": "secret"}'
      """#)
    let outcome = try await resolve(
      #"credential_process = /bin/sh \#(home.path)/script "a b" $HOME * 'c;'d"#)
    #expect(try outcome.get() != nil)
  }

  @Test func `It has our environment, no input and no terminal`() async throws {
    let script = """
      test -n "$PATH" || exit 1
      test -z "$(cat)" || exit 2
      (: </dev/tty) 2>/dev/null && exit 3
      echo '\(Self.answer)'
      """
    #expect(try await run(script).get() != nil)
  }

  @Test func `The credentials file may name it too, and another profile's is not asked`()
    async throws
  {
    home.write("script", "echo '\(Self.answer)'")
    home.write(".aws/credentials", "[p]\ncredential_process = sh \(home.path)/script\n")
    let files = home.files()
    for (profile, hasOne) in [("p", true), ("default", false)] {
      let source = CustomProcessSource(profile: profile, files: files)
      let outcome = try await withTools { tools, _ in await source.outcome(with: tools) }
      #expect((try outcome.get() != nil) == hasOne)
    }
  }
}
