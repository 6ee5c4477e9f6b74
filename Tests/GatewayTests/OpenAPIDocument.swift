import Foundation
import JSON
import Testing
import Yams

/// The contract, as the file at the package's root has it.
struct OpenAPIDocument {
  let root: Node

  /// The file itself.
  static let bytes: [UInt8] = {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appending(path: "openapi.yaml")
    return (try? Data(contentsOf: file)).map(Array.init) ?? []
  }()

  init() throws {
    root = try #require(try compose(yaml: String(decoding: Self.bytes, as: UTF8.self)))
  }

  /// The node itself, or the one that its `$ref` leads to.
  func resolved(_ node: Node) throws -> Node {
    guard let reference = node["$ref"]?.string else { return node }
    var target = root
    for name in reference.split(separator: "/").dropFirst() {
      target = try #require(target[String(name)], "\(reference) leads nowhere")
    }
    return target
  }

  func schema(_ name: String) throws -> Node {
    try #require(root["components"]?["schemas"]?[name])
  }

  /// Each operation with its path template and its method in upper case.
  func operations() throws -> [(path: String, method: String, operation: Node)] {
    try members(#require(root["paths"])).flatMap { path, item in
      try members(item).filter { Self.methods.contains($0.name) }
        .map { (path, $0.name.uppercased(), $0.value) }
    }
  }

  private static let methods: Set = [
    "get", "head", "post", "put", "delete", "options", "patch", "trace",
  ]
}

/// The members of a mapping, in their order.
func members(_ node: Node) throws -> [(name: String, value: Node)] {
  try #require(node.mapping).map { ($0.key.string ?? "", $0.value) }
}

func strings(_ node: Node?) throws -> [String] {
  try #require(node?.sequence).compactMap(\.string)
}

extension JSONValue {
  /// The JSON that a YAML node stands for.
  init(_ node: Node) throws {
    switch node {
    case .mapping:
      self = .object(
        JSONObject(try members(node).map { .init(name: $0.name, value: try JSONValue($0.value)) }))
    case .sequence(let elements): self = .array(try elements.map { try JSONValue($0) })
    default:
      if let bool = node.bool {
        self = .bool(bool)
      } else if let int = node.int {
        self = .number(JSONNumber(int))
      } else {
        self = .string(try #require(node.string))
      }
    }
  }
}
