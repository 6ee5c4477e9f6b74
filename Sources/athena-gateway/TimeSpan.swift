/// A time as a setting: `ms`, `s`, `m` or `h`; a number alone is seconds.
struct TimeSpan: Comparable, SettingValue {
  static let noun = "time"
  static let isNumeric = true

  private static let units: [Quantity.Unit] = [
    ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
  ]

  let milliseconds: Int

  init(milliseconds: Int) {
    self.milliseconds = milliseconds
  }

  init(_ duration: Duration) {
    self.init(milliseconds: Int(duration / .milliseconds(1)))
  }

  init(parsing text: String) throws {
    guard let milliseconds = Quantity.read(text, Self.units + [("", 1000)]) else {
      throw SettingsError(
        description:
          "\(text.quoted) is no time, which is a number of ms, s, m or h, or of seconds alone, as in 500ms or 10s"
      )
    }
    self.init(milliseconds: milliseconds)
  }

  var duration: Duration { .milliseconds(milliseconds) }

  static func < (left: TimeSpan, right: TimeSpan) -> Bool {
    left.milliseconds < right.milliseconds
  }

  var description: String { Quantity.write(milliseconds, Self.units) }
}
