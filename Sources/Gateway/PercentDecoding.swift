import URIEncoding

/// Decodes a part of a request target; what can't be is the caller's mistake.
func percentDecoded(
  _ text: Span<UInt8>, plusIsSpace: Bool = false
) throws(Problem) -> String {
  do throws(PercentEncoding.DecodingError) {
    return try PercentEncoding.decode(text, plusIsSpace: plusIsSpace)
  } catch {
    switch error {
    case .incompleteTriplet:
      throw Problem(
        .malformedRequest, "a '%' in the path or query is not followed by two hexadecimal digits")
    case .notUTF8:
      throw Problem(.malformedRequest, "the path or query is not UTF-8 once it is decoded")
    }
  }
}
