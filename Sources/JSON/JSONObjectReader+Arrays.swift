extension JSONObjectReader {
  /// Reads and finishes each object of an array; what is wrong there is recorded here.
  ///
  /// - Returns: One value an element that is an object; nil where the member is absent or no array.
  public mutating func objects<Value>(
    _ name: String, reading read: (inout JSONObjectReader) -> Value
  ) -> [Value]? {
    guard let elements = array(name) else { return nil }
    var values: [Value] = []
    values.reserveCapacity(elements.count)
    for (index, element) in elements.enumerated() {
      let place = pointer.appending(name).appending(index)
      guard let object = element.asObject else {
        record("must be an object, not \(element.kind)", at: place)
        continue
      }
      var reader = JSONObjectReader(
        object, at: place, nullIsAbsent: nullIsAbsent, allowsUnknownMembers: allowsUnknownMembers)
      values.append(read(&reader))
      reader.finish()
      for finding in reader.findings { record(finding.detail, at: finding.pointer) }
    }
    return values
  }

  /// All that was found, as one text for who wrote the file; nil where nothing is wrong.
  public var fault: String? {
    guard !findings.isEmpty else { return nil }
    return findings.map { finding in
      "\(finding.pointer == .root ? "the file" : finding.pointer.description.printable) \(finding.detail)"
    }.joined(separator: "; ")
  }
}
