/// A shared file, and what it said when it was last read.
struct WatchedFile {
  private let path: String
  private let isDefault: Bool
  private var version: LocalFile.Version?
  private var wasRead = false
  private(set) var content: Result<SharedFile, ProfileFiles.Problem> = .success(.empty)

  /// - Parameter isDefault: Whether nobody named the path: then a folder that may not be entered is one
  ///   that is not there, as with the home of another user.
  init(_ path: String, isDefault: Bool) {
    self.path = path
    self.isDefault = isDefault
  }

  /// Reads it if it has changed.
  ///
  /// - Returns: Whether it has.
  mutating func look() -> Bool {
    let found = LocalFile.version(at: path)
    // What could not be read is tried again: permissions change without a trace in the version.
    if wasRead, found == version, (try? content.get()) != nil { return false }
    wasRead = true
    version = found
    let before = content
    do throws(LocalFile.Failure) {
      let file = try LocalFile(reading: path)
      version = file.version
      content = parse(file)
    } catch {
      content = explain(error, isThere: found != nil)
    }
    return before != content
  }

  private func parse(_ file: LocalFile) -> Result<SharedFile, ProfileFiles.Problem> {
    do throws(SharedFileParser.Problem) {
      return .success(try SharedFile(parsing: file.bytes))
    } catch {
      let place = error.line.map { ", line \($0)" } ?? ""
      return .failure(ProfileFiles.Problem(description: "\(path)\(place): \(error.reason)"))
    }
  }

  private func explain(
    _ failure: LocalFile.Failure, isThere: Bool
  ) -> Result<SharedFile, ProfileFiles.Problem> {
    switch failure {
    case .missing: .success(.empty)
    case .unreadable where isDefault && !isThere: .success(.empty)
    case .unreadable, .tooLarge:
      .failure(ProfileFiles.Problem(description: "\(path) \(failure.reason)"))
    }
  }
}
