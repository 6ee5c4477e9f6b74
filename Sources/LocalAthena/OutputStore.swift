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

  /// Makes a session's directory, in which its interpreter also works.
  func makeDirectory(of session: String) throws(SystemError) -> String {
    try make("\(root)/\(session)")
    return try make("\(root)/\(session)/work")
  }

  func make(session: String, calculation: String) throws(SystemError) -> Outputs {
    Outputs(
      directory: try make("\(root)/\(session)/\(calculation)"),
      key: "\(session)/\(calculation)")
  }

  @discardableResult
  private func make(_ path: String) throws(SystemError) -> String {
    guard mkdir(path, 0o700) == 0 else { throw SystemError("mkdir") }
    return path
  }

  /// Removes everything, and what the code has left beside it. Links are removed, not followed.
  func removeAll() {
    clinux_remove_tree(root)
  }
}

/// The output files of one calculation, on disk and in S3.
struct Outputs {
  enum Name: String, CaseIterable {
    case stdout, stderr
  }

  fileprivate let directory: String
  fileprivate let key: String

  func path(of name: Name) -> String { "\(directory)/\(name.rawValue)" }

  func uri(of name: Name) -> String { "\(workingDirectory)/\(name.rawValue)" }

  var workingDirectory: String { "s3://\(LocalAthena.bucket)/\(key)" }

  func remove() {
    for name in Name.allCases { _ = unlink(path(of: name)) }
    _ = rmdir(directory)
  }
}
