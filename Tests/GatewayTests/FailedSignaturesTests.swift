import Cryptography
import EventLoop
import HTTPMessage
import Testing

@testable import Gateway

struct FailedSignaturesTests {
  private let now = Instant(nanoseconds: 1_000_000_000)
  private let sender = IPAddress("2001:db8::1")
  private let bad = SHA256.hash("bad")
  private let good = SHA256.hash("good")

  private func failures(_ count: Int) -> FailedSignatures {
    let failures = FailedSignatures()
    for _ in 0..<count { failures.note(bad, isGood: false, from: sender, at: now) }
    return failures
  }

  @Test func `Who has sent twenty is looked at again after three seconds, once`() {
    #expect(failures(19).pause(of: bad, from: sender, at: now) == nil)
    let failures = failures(20)
    #expect(failures.pause(of: bad, from: sender, at: now) == .seconds(3))
    #expect(
      failures.pause(of: bad, from: sender, at: now + .milliseconds(2999)) == .milliseconds(1))
    let later = now + .seconds(3)
    #expect(failures.pause(of: bad, from: sender, at: later) == nil)
    failures.note(bad, isGood: false, from: sender, at: later)
    #expect(failures.pause(of: bad, from: sender, at: later) == .seconds(3))
  }

  @Test func `One has a whole network of IPv6, and no other address`() {
    let failures = failures(20)
    #expect(failures.pause(of: bad, from: IPAddress("2001:db8::2"), at: now) != nil)
    #expect(failures.pause(of: bad, from: IPAddress("2001:db8:0:1::1"), at: now) == nil)
    #expect(failures.pause(of: bad, from: nil, at: now) == nil)
  }

  @Test func `What was good before is looked at wherever it comes from`() {
    let failures = failures(20)
    failures.note(good, isGood: true, from: nil, at: now)
    #expect(failures.pause(of: good, from: sender, at: now) == nil)
    #expect(failures.pause(of: bad, from: sender, at: now) != nil)
  }

  @Test func `Senders with many addresses are forgotten rather than kept for ever`() {
    let failures = failures(20)
    for number in 0..<17_000 {
      failures.note(bad, isGood: false, from: IPAddress(v4: UInt32(number)), at: now)
    }
    #expect(failures.pause(of: bad, from: sender, at: now) == nil)
  }
}
