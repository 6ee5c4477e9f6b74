import ArgumentParser

/// What is wrong with a command's settings: all of it at once, so that nobody has to start three times
/// to learn three things.
struct Problems {
  private var texts: [String] = []

  mutating func add(_ text: String) {
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

  var isEmpty: Bool { texts.isEmpty }

  /// All of them, to be thrown.
  ///
  /// From a command's `validate()`: only there does the parser add the usage of that command.
  var error: ValidationError { ValidationError(texts.joined(separator: "\n       ")) }
}
