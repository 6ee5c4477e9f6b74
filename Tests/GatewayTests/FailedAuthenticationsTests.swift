import EventLoop
import HTTPMessage
import Testing

@testable import Gateway

struct FailedAuthenticationsTests {
  private let now = Instant(nanoseconds: 1_000_000_000)
  private let guesser = IPAddress("2001:db8::1")

  private func failures(_ count: Int) -> FailedAuthentications {
    let failures = FailedAuthentications()
    for _ in 0..<count { failures.recordFailure(from: guesser, at: now) }
    return failures
  }

  @Test func `Who has guessed twenty times is looked at again after three seconds, once`() {
    #expect(failures(19).allow("guess", from: guesser, at: now))
    let failures = failures(20)
    #expect(!failures.allow("guess", from: guesser, at: now))
    #expect(!failures.allow("guess", from: guesser, at: now + .milliseconds(2999)))
    let later = now + .seconds(3)
    #expect(failures.allow("guess", from: guesser, at: later))
    failures.recordFailure(from: guesser, at: later)
    #expect(!failures.allow("guess", from: guesser, at: later))
  }

  @Test func `A guesser has a whole network of IPv6, and no other address`() {
    let failures = failures(20)
    #expect(!failures.allow("guess", from: IPAddress("2001:db8::2"), at: now))
    #expect(failures.allow("guess", from: IPAddress("2001:db8:0:1::1"), at: now))
    #expect(failures.allow("guess", from: nil, at: now))
  }

  @Test func `What was good before is looked at wherever it comes from`() {
    let failures = failures(20)
    failures.recordSuccess(of: "good")
    #expect(failures.allow("good", from: guesser, at: now))
    #expect(!failures.allow("Good", from: guesser, at: now))
  }

  @Test func `Guessers with many addresses are forgotten rather than kept for ever`() {
    let failures = failures(20)
    for number in 0..<17_000 {
      failures.recordFailure(from: IPAddress(v4: UInt32(number)), at: now)
    }
    #expect(failures.allow("guess", from: guesser, at: now))
  }
}
