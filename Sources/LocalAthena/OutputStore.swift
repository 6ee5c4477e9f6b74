import CLinux
import EventLoop
import Glibc

/// Where the outputs lie: a directory of our own that nobody else can read.
final class OutputStore: Sendable {
  private let root: String

  init(in directory: String?) throws(SystemError) {
    let parent = directory ?? getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(parent)/local-athena-XXXXXX".utf8CString)
    // mkdtemp(3) makes it with mode 0700.
    guard mkdtemp(&template) != nil else { throw SystemError("mkdtemp in \(parent)") }
    root = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// The directory in which a session's interpreter works.
  func workingDirectory(of session: String) -> String { "\(directory(of: session))/work" }

  /// Makes a session's directories; those that its code has removed, anew.
  func makeDirectories(of session: String) throws(SystemError) {
    try make(directory(of: session))
    try make(workingDirectory(of: session))
  }

  func make(session: String, calculation: String) throws(SystemError) -> Outputs {
    let directory = "\(directory(of: session))/\(calculation)"
    try make(directory)
    return Outputs(directory: directory, key: "\(session)/\(calculation)")
  }

  private func directory(of session: String) -> String { "\(root)/\(session)" }

  private func make(_ path: String) throws(SystemError) {
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw SystemError("mkdir") }
  }

  /// Removes what is left of a session. Links are removed, not followed; nothing is removed where a link has
  /// taken the place of the directory that they are in.
  func removeDirectories(of session: String) {
    var status = stat()
    guard lstat(root, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return }
    clinux_remove_tree(directory(of: session))
  }

  /// Removes everything, and what the code has left beside it. Links are removed, not followed.
  func removeAll() {
    clinux_remove_tree(root)
  }
}
