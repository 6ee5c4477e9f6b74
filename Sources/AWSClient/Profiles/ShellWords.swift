/// The words of a command, split as a POSIX shell splits them, and nothing else that a shell does: what
/// Python's `shlex.split` gives, which botocore splits section names and `credential_process` with.
///
/// - Returns: nil where a quotation is not closed, or nothing follows the last backslash.
func shellWords(_ text: String) -> [String]? {
  enum State {
    case between
    case word
    case quoted(by: Unicode.Scalar)
  }
  var words: [String] = []
  var word = String.UnicodeScalarView()
  var state = State.between
  var scalars = text.unicodeScalars.makeIterator()
  while let scalar = scalars.next() {
    switch (state, scalar) {
    case (.quoted(by: let quote), _) where quote == scalar: state = .word
    case (.quoted(by: "\""), "\\"):
      guard let next = scalars.next() else { return nil }
      // In double quotes a backslash means itself before anything but these two.
      if next != "\"" && next != "\\" { word.append("\\") }
      word.append(next)
    case (.quoted, _): word.append(scalar)
    case (.between, " "), (.between, "\t"), (.between, "\r"), (.between, "\n"): break
    case (.word, " "), (.word, "\t"), (.word, "\r"), (.word, "\n"):
      words.append(String(word))
      word = String.UnicodeScalarView()
      state = .between
    case (_, "\""), (_, "'"): state = .quoted(by: scalar)
    case (_, "\\"):
      guard let next = scalars.next() else { return nil }
      word.append(next)
      state = .word
    default:
      word.append(scalar)
      state = .word
    }
  }
  switch state {
  case .quoted: return nil
  case .word: words.append(String(word))
  case .between: break
  }
  return words
}
