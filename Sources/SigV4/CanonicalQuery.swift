extension [UInt8] {
  /// Appends the canonical query string: step 3 of "Create a canonical request" in AWS's guide.
  ///
  /// The parameters stay as they were sent but for what no request line can carry. They are sorted
  /// by name and then by value, which is not the order of the whole `name=value`: `-` sorts before
  /// `=`.
  mutating func append(canonicalQuery query: String) {
    guard !query.isEmpty else { return }
    var parameters: [(name: [UInt8], value: [UInt8])] = []
    for pair in query.utf8.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false) {
      let end = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
      var name: [UInt8] = []
      name.append(encodingOnce: pair[..<end])
      var value: [UInt8] = []
      value.append(encodingOnce: pair[end...].dropFirst())
      parameters.append((name, value))
    }
    parameters.sort { left, right in
      left.name == right.name
        ? left.value.lexicographicallyPrecedes(right.value)
        : left.name.lexicographicallyPrecedes(right.name)
    }
    for (index, parameter) in parameters.enumerated() {
      if index > 0 { append(UInt8(ascii: "&")) }
      append(contentsOf: parameter.name)
      append(UInt8(ascii: "="))
      append(contentsOf: parameter.value)
    }
  }
}
