/// The members of a JSON object in the order in which they were written.
public struct JSONObject: Sendable, Equatable {
  public struct Member: Sendable {
    public var name: String
    public var value: JSONValue

    public init(name: String, value: JSONValue) {
      self.name = name
      self.value = value
    }
  }

  /// A parsed object has no two members of one name.
  public var members: [Member]

  public init(_ members: [Member] = []) {
    self.members = members
  }

  /// The first member whose name has exactly these bytes. Takes time linear in the members.
  public subscript(name: String) -> JSONValue? {
    members.first { $0.name.hasSameBytes(as: name) }?.value
  }
}

extension JSONObject.Member: Equatable {
  public static func == (left: Self, right: Self) -> Bool {
    left.name.hasSameBytes(as: right.name) && left.value == right.value
  }
}
