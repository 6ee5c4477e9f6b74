import ArgumentParser

/// The help of options with units: the parser shows no default of a value that it doesn't read itself.
extension ArgumentHelp {
  static func size(_ text: String, default count: ByteCount) -> ArgumentHelp {
    ArgumentHelp("\(text) (default: \(count))", valueName: "size")
  }

  static func time(_ text: String, default time: TimeSpan) -> ArgumentHelp {
    ArgumentHelp("\(text) (default: \(time))", valueName: "time")
  }
}
