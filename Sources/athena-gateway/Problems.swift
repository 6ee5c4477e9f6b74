import JSON

/// Settings that can't be used.
///
/// Not the parser's ValidationError: that would print the usage of the whole program, which has none of
/// a command's flags.
struct SettingsError: Error, CustomStringConvertible {
  let description: String
}

/// What is wrong with a command's settings: all of it at once, so that nobody has to start three times
/// to learn three things.
struct Problems {
  private var texts: [String] = []

  mutating func add(_ text: String) {
    let text = text.printable
    // Two settings can come from one variable.
    if !texts.contains(text) { texts.append(text) }
  }

  /// The value that `make` returns, or nil with its error noted.
  mutating func noting<Value>(_ source: String, _ make: () throws -> Value) -> Value? {
    do {
      return try make()
    } catch {
      add("\(source): \(error)")
      return nil
    }
  }

  /// The same for an error that names its source itself.
  mutating func noting<Value, Failure: Error>(_ make: () throws(Failure) -> Value) -> Value? {
    do throws(Failure) {
      return try make()
    } catch {
      add("\(error)")
      return nil
    }
  }

  var isEmpty: Bool { texts.isEmpty }

  var list: [String] { texts }

  /// All of them, to be thrown.
  var error: SettingsError { SettingsError(description: texts.joined(separator: "\n       ")) }
}
