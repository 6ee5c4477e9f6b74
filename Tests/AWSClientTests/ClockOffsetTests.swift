import CivilTime
import EventLoop
import Glibc
import SigV4
import Synchronization
import Testing

@testable import AWSClient

@Suite(.timeLimit(.minutes(1))) struct ClockOffsetTests {
  /// Lets two threads begin a round together.
  private final class Start: Sendable {
    private let arrivals = Atomic(0)

    func await(_ all: Int) {
      arrivals.wrappingAdd(1, ordering: .relaxed)
      var looks = 0
      while arrivals.load(ordering: .relaxed) < all {
        // Whoever yields comes late, so that it is for where the other one has no processor.
        looks += 1
        if looks.isMultiple(of: 10_000) { sched_yield() }
      }
    }
  }

  @Test func `What two workers learn at once is told once`() async throws {
    let rounds = 20_000
    let told = Counter()
    let offsets = (0..<rounds).map { _ in ClockOffset { _ in _ = told.next() } }
    let start = Start()
    let threads = try (0..<2).map { try LoopThread(name: "worker-\($0)") }
    defer { for thread in threads { thread.stopAndJoin() } }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for thread in threads {
        group.addTask {
          try await thread.loop.run {
            for (round, offset) in offsets.enumerated() {
              start.await(2 * (round + 1))
              offset.learn(testMoment + 7200, clock: testMoment)
            }
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(told.next() == rounds + 1)
    #expect(offsets.allSatisfy { $0.seconds == 7200 })
  }

  // MARK: The services that give credentials out

  private static let configs = [
    """
    [default]
    role_arn = arn:aws:iam::123456789012:role/r
    source_profile = user
    [profile user]
    aws_access_key_id = AKID
    aws_secret_access_key = s
    """,
    """
    [default]
    role_arn = arn:aws:iam::123456789012:role/r
    web_identity_token_file = HOME/token
    """,
    """
    [default]
    sso_start_url = https://d-123.awsapps.com/start
    sso_region = eu-west-1
    sso_account_id = 123456789012
    sso_role_name = r
    """,
  ]

  /// The service's clock is the real one; what it gives out lives for an hour.
  @Test(arguments: configs)
  func `Fresh credentials are good on a machine whose clock is hours fast, and that is told`(
    config: String
  ) async throws {
    let home = TestHome()
    home.write(".aws/config", config.replacing("HOME", with: home.path))
    home.write("token", "a.b.c")
    let start = "https://d-123.awsapps.com/start"
    let file = try #require(SSOTokenFile(name: start, environment: home.environment()))
    let real = time(nil)
    let login =
      #"{"accessToken": "a", "expiresAt": "\#(rfc3339(secondsSince1970: Double(real + 28800)))"}"#
    home.write(String(file.path.dropFirst(home.path.count + 1)), login)
    let told = Lock<[Int]>([])
    let clockOffset = ClockOffset { seconds in told.withLock { $0.append(seconds) } }
    let log = Log()
    let answer: @Sendable (Received) -> Script = { request in
      if request.method == "GET" {
        return Script(
          content: """
            {"roleCredentials": {"accessKeyId": "ASIAROLE", "secretAccessKey": "s", \
            "sessionToken": "t", "expiration": \((real + 3600) * 1000)}}
            """)
      }
      let isSigned = request.field("Authorization") != nil
      if isSigned, log.all.count == 1 { return STSAnswers.error("SignatureDoesNotMatch") }
      return STSAnswers.assumedRole(
        isSigned ? "AssumeRole" : "AssumeRoleWithWebIdentity",
        expiration: rfc3339(secondsSince1970: Double(real + 3600)))
    }
    try await withTools(
      log: log, at: real + 7200, clockOffset: clockOffset, answering: answer
    ) { tools, url in
      let store = CredentialsStore(
        try CredentialsChain.standard(
          environment: home.environment(), files: home.files(), region: Region("eu-west-1")!,
          endpoints: try Endpoints.all(at: url)))
      for _ in 0..<5 {
        #expect(try await store.credentials(with: tools).accessKeyID == "ASIAROLE")
      }
    }
    // One refusal and one answer, or the answer alone: no call has asked again.
    #expect(log.all.count == (config == Self.configs[0] ? 2 : 1))
    let seconds = told.withLock { $0 }
    #expect(seconds.count == 1 && seconds.allSatisfy { (-7200 ... -7100).contains($0) })
  }
}
