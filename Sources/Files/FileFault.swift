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
  /// It can't be used; what it said before stays in use.
  case kept(FileFault)
  /// It can't be had, and there is nothing from before that could be used.
  case missing(FileFault)
  /// What could not be had, or not be used, can again.
  case restored
}
