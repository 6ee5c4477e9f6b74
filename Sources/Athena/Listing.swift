import JSON

/// Which part of a list is asked for.
public struct Listing: Sendable, Equatable {
  /// The most characters that Athena's model lets a token have.
  public static let longestToken = 2048

  /// The state of those that are wanted; nil for all.
  public var stateFilter: String?
  /// How many of them at most, from 1 to 100.
  public var maxResults: Int
  /// Where the part begins, as the one before it said; nil for the beginning.
  public var nextToken: String?

  public init(stateFilter: String? = nil, maxResults: Int, nextToken: String? = nil) {
    self.stateFilter = stateFilter
    self.maxResults = maxResults
    self.nextToken = nextToken
  }

  /// The body of an operation that lists what one thing has.
  func body(
    _ name: String, _ id: String, stateFilter filter: String = "StateFilter"
  ) -> [UInt8] {
    var writer = JSONWriter(reserving: 256)
    writer.beginObject()
    writer.member(name, id)
    writer.member(filter, stateFilter)
    writer.member("MaxResults", maxResults)
    writer.member("NextToken", nextToken)
    writer.endObject()
    return writer.bytes
  }
}

/// A part of a list.
public struct Page<Item: Sendable>: Sendable {
  public var items: [Item]
  /// What asks for the next part; nil for the last one.
  public var nextToken: String?
}

extension Page<JSONObject> {
  /// Reads a page whose items, in the member of that name, are structures.
  init(_ reader: inout JSONObjectReader, _ name: String, of members: [Shape.Member]) {
    let list = Shape.Member(name, .list(.structure(members)))
    let page = reader.structure([list, .init("NextToken", .string())], from: .athena)
    let token = page["NextToken"]?.asString ?? ""
    // What is handed on as a page token has to be one that is taken back.
    if token.unicodeScalars.count > Listing.longestToken {
      reader.record("has more than \(Listing.longestToken) characters", at: "NextToken")
    }
    items = (page[name]?.asArray ?? []).compactMap(\.asObject)
    // Empty is none: to ask with it would be to begin anew.
    nextToken = token.isEmpty ? nil : token
  }
}
