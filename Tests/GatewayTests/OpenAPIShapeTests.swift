import Athena
import Testing
import Yams

@testable import Gateway

/// The schemas that stand for Athena's shapes are those shapes.
struct OpenAPIShapeTests {
  private let document: OpenAPIDocument

  init() throws {
    document = try OpenAPIDocument()
  }

  /// Bounds and all: what the document allows is what the gateway lets through.
  @Test func `What a session is asked for with has the constraints that are enforced`() throws {
    var request = StartSession.members
    // The gateway can have values of its own for these.
    request = request.map { .init($0.name, $0.shape) }
    try check(document.schema("SessionRequest"), is: .structure(request), "", strictly: true)
  }

  @Test(arguments: [
    ("Session", Session.members), ("SessionSummary", SessionSummary.members),
    ("CalculationSummary", CalculationSummary.members),
    ("ExecutorSummary", ExecutorsSummary.members),
  ])
  func `What is answered has the members that are written`(
    name: String, members: [Shape.Member]
  ) throws {
    try check(document.schema(name), is: .structure(flattened(members)), name, strictly: false)
  }

  private func flattened(_ members: [Shape.Member]) -> [Shape.Member] {
    members.flatMap { member in
      if ["Status", "Statistics"].contains(member.name), case .structure(let inner) = member.shape {
        return inner
      }
      return [member]
    }
  }

  private func check(
    _ node: Node, is shape: Shape, _ place: String, strictly: Bool
  ) throws {
    let schema = try document.resolved(node)
    func expect(_ name: String, _ value: (some Equatable)?, _ read: (Node) -> (some Equatable)?) {
      #expect("\(schema[name].flatMap(read) as Any)" == "\(value as Any)", "\(place) \(name)")
    }
    switch shape {
    case .string(let length, let pattern):
      if schema["propertyNames"] == nil, place.hasSuffix("?") == false {
        #expect(schema["type"]?.string == "string", "\(place)")
      }
      guard strictly else { return }
      expect("minLength", length.flatMap { $0.lowerBound == 0 ? nil : $0.lowerBound }, \.int)
      expect("maxLength", length?.upperBound, \.int)
      expect("pattern", pattern.map { "^(?:\($0.text))$" }, \.string)
    case .integer(let range):
      #expect(schema["type"]?.string == "integer", "\(place)")
      guard strictly else { return }
      expect("minimum", range?.lowerBound, \.int)
      expect("maximum", range?.upperBound, \.int)
    case .boolean: #expect(schema["type"]?.string == "boolean", "\(place)")
    case .timestamp:
      #expect(try schema == document.schema("Time"), "\(place)")
    case .list(let element):
      #expect(schema["type"]?.string == "array", "\(place)")
      try check(#require(schema["items"]), is: element, place + "/0", strictly: strictly)
    case .map(let key, let element):
      #expect(schema["type"]?.string == "object", "\(place)")
      try check(#require(schema["propertyNames"]), is: key, place + "?", strictly: strictly)
      try check(
        #require(schema["additionalProperties"]), is: element, place + "/*", strictly: strictly)
    case .structure(let shapes):
      #expect(schema["type"]?.string == "object", "\(place)")
      #expect(schema["additionalProperties"]?.bool == false, "\(place)")
      let properties = try members(#require(schema["properties"]))
      #expect(properties.map(\.name) == shapes.map(\.lowerCamelCase), "\(place)")
      if strictly {
        let required = try schema["required"].map { try strings($0) } ?? []
        #expect(required == shapes.filter(\.isRequired).map(\.lowerCamelCase), "\(place)")
      }
      for (property, member) in zip(properties, shapes) {
        try check(
          property.value, is: member.shape, "\(place)/\(property.name)", strictly: strictly)
      }
    }
  }
}
