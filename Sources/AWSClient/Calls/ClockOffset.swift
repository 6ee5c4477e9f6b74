import HTTPMessage
import HTTPTypes
import Synchronization

/// By how much this machine's clock differs from AWS's, as far as a refused signature has shown, AWS
/// taking none that is more than five minutes off, or the answer to a call without one.
public final class ClockOffset: Sendable {
  /// A greater difference in seconds is one of the clock: it explains a refusal.
  private static let tolerance = 4 * 60
  /// The codes of a signature that is refused for its date, or may be.
  private static let codes: Set = [
    "RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture", "InvalidSignatureException",
    "SignatureDoesNotMatch", "AuthFailure",
  ]

  private let offset = Atomic(0)
  private let onChange: @Sendable (Int) -> Void

  /// - Parameter onChange: Told of each new offset.
  public init(onChange: @escaping @Sendable (Int) -> Void = { _ in }) {
    self.onChange = onChange
  }

  /// The seconds to add to this machine's clock; 0 as long as nothing shows that it is wrong.
  public var seconds: Int { offset.load(ordering: .relaxed) }

  /// Learns from a refusal.
  ///
  /// - Parameters:
  ///   - signedAt: The moment that the refused signature names.
  ///   - clock: This machine's clock, as it is.
  /// - Returns: Whether the refusal is one for the date, so that another try has a better one.
  func explains(_ failure: CallFailure, signedAt: Int, clock: Int) -> Bool {
    guard case .service(let error, let fields) = failure, Self.codes.contains(error.code),
      let date = fields[.date].flatMap({ secondsSince1970(httpDate: $0) }),
      abs(date - signedAt) > Self.tolerance
    else { return false }
    learn(date, clock: clock)
    return true
  }

  /// Learns from an answer to a call without a signature, which nobody refuses for its date.
  ///
  /// - Parameter clock: This machine's clock, as it is.
  func learn(from fields: FieldSection, clock: Int) {
    guard let date = fields[.date].flatMap({ secondsSince1970(httpDate: $0) }) else { return }
    learn(date, clock: clock)
  }

  /// - Parameters:
  ///   - date: AWS's clock.
  ///   - clock: This machine's, as it is.
  func learn(_ date: Int, clock: Int) {
    let known = seconds
    // Others may have learnt it meanwhile.
    guard abs(date - clock - known) > Self.tolerance else { return }
    // A clock that AWS takes is right.
    let found = abs(date - clock) > Self.tolerance ? date - clock : 0
    // Where another worker is first it tells the same.
    let (isFirst, _) = offset.compareExchange(expected: known, desired: found, ordering: .relaxed)
    if isFirst { onChange(found) }
  }
}
