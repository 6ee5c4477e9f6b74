/// Why a file can't be used, in words that its operator can act on.
public struct FileFault: Error, Equatable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) {
    self.description = description
  }
}

/// What a look at a file that is in use, or at what is had from elsewhere, can find.
public enum FileNews: Equatable, Sendable {
  /// It says something else, which is in use from now on.
  case changed
  /// It says what it has said before: told to who has asked.
  case unchanged
  /// It can't be used; what it said before stays in use.
  case kept(FileFault)
  /// What could not be had, or not be used, can again.
  case restored
}
