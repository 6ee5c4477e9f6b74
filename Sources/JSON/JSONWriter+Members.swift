/// A member in one call. What is nil is left out, name and all.
extension JSONWriter {
  public mutating func member(_ name: String, _ value: String?) {
    guard let value else { return }
    self.name(name)
    string(value)
  }

  public mutating func member(_ name: String, _ value: Int?) {
    guard let value else { return }
    self.name(name)
    int(value)
  }

  public mutating func member(_ name: String, _ value: Double?) {
    guard let value else { return }
    self.name(name)
    double(value)
  }

  public mutating func member(_ name: String, _ value: Bool?) {
    guard let value else { return }
    self.name(name)
    bool(value)
  }

  /// An array of strings.
  public mutating func member(_ name: String, _ values: [String]) {
    self.name(name)
    beginArray()
    for value in values { string(value) }
    endArray()
  }

  public mutating func member(_ name: String, _ value: JSONValue?) {
    guard let value else { return }
    self.name(name)
    self.value(value)
  }
}
