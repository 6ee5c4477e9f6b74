import Files

extension WatchedFile where Content == SharedFile, Failure == ProfileFiles.Problem {
  /// One of the files that AWS's tools share; one that is missing is an empty one.
  ///
  /// - Parameter isDefault: Whether nobody named the path: then a folder that may not be entered is one
  ///   that is not there, as with the home of another user. Only at first: what was read once and is kept
  ///   from us later is a problem, not nothing.
  static func shared(_ path: String, isDefault: Bool) -> Self {
    Self(path, outOfReach: isDefault ? .empty : nil) { file in
      do throws(LocalFile.Failure) {
        return parse(try file.get(), path)
      } catch .missing {
        return .success(.empty)
      } catch {
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
