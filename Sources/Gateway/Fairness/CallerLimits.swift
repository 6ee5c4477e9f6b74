/// What one caller may have of the gateway, whatever the others have.
public struct CallerLimits: Sendable {
  /// Requests a second, from 1 to 1,000,000; nil for no limit.
  public var rate: Int?
  /// How many requests of the rate may come at once, from 1 to 1,000,000.
  public var burst: Int
  /// Requests under way at a time, those that wait counted apart.
  public var requests: Int
  /// Requests at a time that wait for a session or a calculation, or follow one's events.
  public var waits: Int

  public init(rate: Int? = nil, burst: Int? = nil, requests: Int = 256, waits: Int = 2000) {
    self.rate = rate
    self.burst = burst ?? rate ?? 1
    self.requests = requests
    self.waits = waits
  }

  var bucket: TokenBucket.Size? {
    rate.map { TokenBucket.Size(burst: burst, interval: .seconds(1) / $0) }
  }
}
