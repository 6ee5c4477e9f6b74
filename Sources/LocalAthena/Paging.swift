import Cryptography

/// Which part of a list is asked for: `MaxResults` and `NextToken`.
///
/// What is listed is numbered in the order of its making, the newest comes first, and a token names the last
/// number that was given out: what is made or forgotten between two pages neither repeats nor hides an element.
struct Paging {
  private static let limits = 1...100

  private let limit: Int
  private let token: String?

  init(_ input: inout Input) throws(ServiceError) {
    limit = try input.integer("MaxResults", in: Self.limits) ?? Self.limits.upperBound
    token = try input.string("NextToken", length: 0...2048)
  }

  /// - Parameters:
  ///   - elements: From the newest to the oldest.
  ///   - list: What tells the list from others, filter included: a token is good for its own alone.
  /// - Returns: The page, and the token of the next one where there is any.
  func page<Element>(
    of elements: some Sequence<Element>, numberedBy number: KeyPath<Element, Int>, list: [String?]
  ) throws(ServiceError) -> (elements: [Element], nextToken: String?) {
    let mark = String(fingerprint(list).hex.prefix(32))
    let end = try token.map { (token) throws(ServiceError) in try Self.number(in: token, mark) }
    var page: [Element] = []
    for element in elements where element[keyPath: number] < end ?? .max {
      if page.count == limit {
        return (page, "\(mark)\(String(page[limit - 1][keyPath: number], radix: 16))")
      }
      page.append(element)
    }
    return (page, nil)
  }

  private static func number(in token: String, _ mark: String) throws(ServiceError) -> Int {
    guard token.hasPrefix(mark), let number = Int(token.dropFirst(mark.count), radix: 16) else {
      throw .invalidRequest("NextToken is not one of this list")
    }
    return number
  }
}
