extension String {
  /// As many of its scalars as fit into so many bytes, and "…" where that is not all.
  package func cut(to limit: Int) -> String {
    guard utf8.count > limit else { return self }
    let mark = "…"
    var end = utf8.index(startIndex, offsetBy: limit - mark.utf8.count)
    while end > startIndex, utf8[end] & 0b1100_0000 == 0b1000_0000 { end = utf8.index(before: end) }
    return self[..<end] + mark
  }
}
