/// A shared file, and what it said when it was last read.
///
/// Many programs empty a file before they write it, and one that is empty, or gone, sends the chain of
/// sources on to another identity. So a change counts once nothing more has happened to the file for a
/// while. The price: a change is seen two to three seconds after it was made; and who takes longer to write, or
/// is at it when the gateway starts, is still believed.
struct WatchedFile {
  /// The seconds of the clock between two looks that find the same change: more than one of time.
  private static let settlement = 2

  let path: String
  /// Of what was last read; nil where nothing was there.
  private var version: LocalFile.Version?
  /// Another version, or nothing, that was found, and the second of the first look that did.
  private var change: (version: LocalFile.Version?, foundAt: Int)?
  private(set) var content: Result<SharedFile, ProfileFiles.Problem>

  /// Reads it at once.
  ///
  /// - Parameter isDefault: Whether nobody named the path: then a folder that may not be entered is one
  ///   that is not there, as with the home of another user.
  init(_ path: String, isDefault: Bool) {
    self.path = path
    version = LocalFile.version(at: path)
    content = Self.read(path, isOptional: isDefault && version == nil)
  }

  /// Reads it if it has changed and settled.
  ///
  /// - Returns: Whether it says something else now.
  mutating func look(at second: Int) -> Bool {
    let found = LocalFile.version(at: path)
    guard isToBeRead(found, at: second) else { return false }
    let before = content
    // Not even that of another user: what was read once and is kept from us now is a problem, not nothing.
    let now = Self.read(path, isOptional: false)
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

  private static func read(
    _ path: String, isOptional: Bool
  ) -> Result<SharedFile, ProfileFiles.Problem> {
    do throws(LocalFile.Failure) {
      return parse(try LocalFile(reading: path), path)
    } catch {
      switch error {
      case .missing: return .success(.empty)
      case .unreadable where isOptional: return .success(.empty)
      case .unreadable, .tooLarge:
        return .failure(ProfileFiles.Problem(description: "\(path) \(error.reason)"))
      }
    }
  }

  private static func parse(
    _ file: LocalFile, _ path: String
  ) -> Result<SharedFile, ProfileFiles.Problem> {
    do throws(SharedFileParser.Problem) {
      return .success(try SharedFile(parsing: file.bytes))
    } catch {
      let place = error.line.map { ", line \($0)" } ?? ""
      return .failure(ProfileFiles.Problem(description: "\(path)\(place): \(error.reason)"))
    }
  }
}
