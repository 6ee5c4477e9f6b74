import JSON

extension JSONObjectReader {
  /// Reads a content that has to be a JSON object.
  ///
  /// - Parameter complete: Adds what the content may leave out.
  init(
    content bytes: [UInt8], completedBy complete: (JSONObject) -> JSONObject = { $0 }
  ) throws(Problem) {
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue(parsing: bytes)
    } catch {
      var problem = Problem(
        .malformedRequest, "the content is not JSON as RFC 8259 has it: \(error)")
      problem.findings = [.init(detail: error.description, pointer: error.pointer)]
      throw problem
    }
    guard let object = value.asObject else {
      throw Problem(
        findings: [.init(detail: "must be an object, not \(value.kind)", pointer: .root)])
    }
    self.init(complete(object))
  }
}
