import Glibc

/// The output files of one calculation, on disk and in S3.
struct Outputs {
  enum Name: String, CaseIterable {
    case stdout, stderr
  }

  private let directory: String
  private let key: String

  /// - Parameter key: Of the directory, as S3 has it.
  init(directory: String, key: String) {
    self.directory = directory
    self.key = key
  }

  func path(of name: Name) -> String { "\(directory)/\(name.rawValue)" }

  func uri(of name: Name) -> String { "\(workingDirectory)/\(name.rawValue)" }

  var workingDirectory: String { "s3://\(LocalAthena.bucket)/\(key)" }

  /// To be called when nothing that is written any more belongs to them.
  func finish() -> FinishedOutputs { FinishedOutputs(self) }

  func remove() {
    for name in Name.allCases { _ = unlink(path(of: name)) }
    _ = rmdir(directory)
  }
}

/// The outputs as they were when their calculation ended. What the code has left behind, a thread or a process, may
/// write on; an object of S3 does not change.
struct FinishedOutputs {
  struct File {
    let path: String
    let size: Int
    let inode: ino_t
  }

  private var files: [Outputs.Name: File] = [:]

  fileprivate init(_ outputs: Outputs) {
    for name in Outputs.Name.allCases {
      let path = outputs.path(of: name)
      var status = stat()
      // The code may have put anything there, a link to elsewhere or a pipe that blocks.
      guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
      files[name] = File(path: path, size: Int(status.st_size), inode: status.st_ino)
    }
  }

  /// Nil where the code had put something else in its place.
  subscript(name: Outputs.Name) -> File? { files[name] }
}
