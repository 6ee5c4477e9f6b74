import ArgumentParser
import Gateway

/// What one caller may cost the others.
struct FairnessFlags: ParsableArguments {
  private static let defaults = CallerLimits()
  private static let many = 1_000_000

  @Option(
    GatewaySetting(
      "caller-rate", "Requests a second that a caller may send; 0 for no limit. 429 beyond.",
      default: 0, in: 0...many))
  var rate

  @Option(
    GatewaySetting(
      "caller-burst", "Requests that a caller may send at once within that rate.",
      default: "those of a second", checking: { try (1...many).check($0) }))
  var burst: GatewaySetting<Int?>

  @Option(
    GatewaySetting(
      "caller-requests",
      "Requests that a caller may have under way at a time, in all workers. 429 beyond.",
      default: defaults.requests, in: 1...many))
  var requests

  @Option(
    GatewaySetting(
      "caller-waits",
      "Requests that a caller may have waiting or following events at a time, in all workers, beside the "
        + "others. 429 beyond.", default: defaults.waits, in: 0...many))
  var waits

  @Option(
    GatewaySetting(
      "max-upstream-calls",
      "Calls to AWS that a worker may have under way at a time; as many outputs may be read besides. 503 "
        + "beyond.", default: 1024, in: 1...many))
  var maxUpstreamCalls

  func limits(_ reader: inout SettingsReader) -> CallerLimits {
    let (rate, burst) = (reader.value(rate), reader.value(burst))
    if let burst, rate == 0 {
      reader.fault(self.burst, "\(burst) is a part of --\(self.rate.name), which isn't given")
    }
    return CallerLimits(
      rate: rate == 0 ? nil : rate, burst: burst, requests: reader.value(requests),
      waits: reader.value(waits))
  }
}
