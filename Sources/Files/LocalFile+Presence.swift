import Glibc

extension LocalFile {
  /// What is at a path.
  public enum Presence: Sendable {
    case file
    /// A folder, a pipe, a device.
    case other
    case missing
    /// This user may not know.
    case outOfReach

    public init(of path: String) {
      var status = stat()
      if stat(path, &status) != 0 {
        self = [ENOENT, ENOTDIR].contains(errno) ? .missing : .outOfReach
      } else {
        self = status.st_mode & S_IFMT == S_IFREG ? .file : .other
      }
    }
  }
}
