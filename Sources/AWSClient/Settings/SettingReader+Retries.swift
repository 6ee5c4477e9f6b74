extension SettingReader {
  /// `AWS_MAX_ATTEMPTS` and `AWS_RETRY_MODE`, or the profile's.
  ///
  /// There is one mode, botocore's `standard`. `adaptive` is that and a limit of the client's own rate, and
  /// `legacy` an older set of rules: both are taken for `standard`, since a file that other tools share may
  /// well have them.
  mutating func retries() -> RetryPolicy {
    var policy = RetryPolicy()
    if let mode = variable("AWS_RETRY_MODE") ?? ofProfile("retry_mode"),
      !["standard", "adaptive", "legacy"].contains(mode.value)
    {
      note("\(mode.source): '\(mode.value.prefix(100))' is not standard, adaptive or legacy")
    }
    if let attempts = variable("AWS_MAX_ATTEMPTS") ?? ofProfile("max_attempts") {
      if let number = Int(attempts.value), number >= 1 {
        policy.attempts = number
      } else {
        note("\(attempts.source): '\(attempts.value.prefix(100))' is not a number from 1 on")
      }
    }
    return policy
  }
}
