import Athena
import URIEncoding

/// The query of a list: which part of it is asked for.
struct ListQuery {
  /// What stands in the query, and in that of the next part.
  private static let names = ["state", "limit", "pageToken"]

  let listing: Listing
  private let query: Query
  private let filters: [String]

  /// - Parameters:
  ///   - states: Those that `state` can name.
  ///   - more: Further parameters that choose what is in the list.
  init(_ text: String?, states: [String], more: [String] = []) throws(Problem) {
    query = try Query(text, allowed: more + Self.names)
    filters = more + ["state", "limit"]
    let limit = try query["limit"].map(Self.limit) ?? 50
    if let state = query["state"], !states.contains(state) {
      throw Problem(query: "state", "must be one of \(states.joined(separator: ", "))")
    }
    if let token = query["pageToken"],
      !(1...Listing.longestToken).contains(token.unicodeScalars.count)
    {
      throw Problem(query: "pageToken", "must have 1 to \(Listing.longestToken) characters")
    }
    listing = Listing(
      stateFilter: query["state"], maxResults: limit, nextToken: query["pageToken"])
  }

  subscript(name: String) -> String? { query[name] }

  private static func limit(_ text: String) throws(Problem) -> Int {
    // Digits alone: Swift's integers may have a sign.
    guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let limit = Int(text), (1...100).contains(limit)
    else {
      throw Problem(query: "limit", "must be an integer from 1 to 100")
    }
    return limit
  }

  /// The same query for the part that begins at the token.
  func next(_ token: String) -> String {
    let parameters = filters.compactMap { name in query[name].map { (name, $0) } }
    return (parameters + [("pageToken", token)])
      .map { "\($0)=\(PercentEncoding.encode($1))" }.joined(separator: "&")
  }
}
