/// A file that others change, and what it said when it was last read.
///
/// Many programs empty a file before they write it, and an empty one, or none, can mean something else
/// altogether. So a change counts once nothing more has happened to the file for a while. The price: a
/// change is seen two to three seconds after it was made; and who takes longer to write, or is at it when
/// the gateway starts, is still believed.
public struct WatchedFile<Content: Equatable & Sendable, Failure: Error & Equatable>: Sendable {
  /// What a file, or the lack of one, comes to.
  public typealias Parser =
    @Sendable (Result<LocalFile, LocalFile.Failure>) -> Result<
      Content, Failure
    >

  /// The seconds of the clock between two looks that find the same change: more than one of time.
  private static var settlement: Int { 2 }

  public let path: String
  /// Of what was last read; nil where nothing was there.
  private var version: LocalFile.Version?
  /// Another version, or nothing, that was found, and the second of the first look that did.
  private var change: (version: LocalFile.Version?, foundAt: Int)?
  public private(set) var content: Result<Content, Failure>

  private let limit: Int
  private let parse: Parser

  /// Reads it at once.
  ///
  /// - Parameters:
  ///   - limit: The bytes that it may have.
  ///   - outOfReach: What it counts as where it is out of reach now; nil where that is a failure.
  public init(
    _ path: String, limit: Int = 1024 * 1024, outOfReach: Content? = nil, parse: @escaping Parser
  ) {
    self.path = path
    self.limit = limit
    self.parse = parse
    version = LocalFile.version(at: path)
    let file = Self.read(path, limit)
    if let outOfReach, version == nil, case .failure(.unreadable) = file {
      content = .success(outOfReach)
    } else {
      content = parse(file)
    }
  }

  /// Reads it if it has changed and settled.
  ///
  /// - Parameter second: The wall clock.
  /// - Returns: Whether it says something else now.
  public mutating func look(at second: Int) -> Bool {
    let found = LocalFile.version(at: path)
    return isToBeRead(found, at: second) && take(found)
  }

  /// Reads it now, settled or not: for who says that it is ready.
  ///
  /// - Returns: Whether it says something else now.
  public mutating func reload() -> Bool {
    take(LocalFile.version(at: path))
  }

  private mutating func take(_ found: LocalFile.Version?) -> Bool {
    let before = content
    let now = parse(Self.read(path, limit))
    change = nil
    // Else it was written to meanwhile.
    guard LocalFile.version(at: path) == found else { return false }
    (version, content) = (found, now)
    return before != content
  }

  private mutating func isToBeRead(_ found: LocalFile.Version?, at second: Int) -> Bool {
    guard found != version else {
      change = nil
      // What could not be read is tried again: permissions change without a trace in the version.
      return (try? content.get()) == nil
    }
    guard let change, change.version == found else {
      self.change = (found, foundAt: second)
      return false
    }
    // A clock that was set back is no reason to wait.
    return !(0..<Self.settlement).contains(second - change.foundAt)
  }

  private static func read(_ path: String, _ limit: Int) -> Result<LocalFile, LocalFile.Failure> {
    Result { () throws(LocalFile.Failure) in try LocalFile(reading: path, limit: limit) }
  }
}
