/// How a line of the log is written.
public enum LogFormat: String, CaseIterable, Sendable, CustomStringConvertible {
  /// The moment, the level, a message, and `name=value` for the rest: for people.
  case text
  /// A JSON object: for programs.
  case json

  public var description: String { rawValue }
}
