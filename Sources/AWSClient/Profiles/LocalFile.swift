import EventLoop
import Glibc

/// A small file of this machine, read whole.
package struct LocalFile {
  /// What tells one content from the next without a look at it.
  struct Version: Equatable {
    private let device: dev_t
    private let inode: ino_t
    private let size: off_t
    private let seconds: Int
    private let nanoseconds: Int

    fileprivate init(_ status: stat) {
      device = status.st_dev
      inode = status.st_ino
      size = status.st_size
      seconds = status.st_mtim.tv_sec
      nanoseconds = status.st_mtim.tv_nsec
    }
  }

  /// Why there is no content.
  package enum Failure: Error, Equatable {
    /// There is no such file, or what there is is none: a folder, `/dev/null`.
    case missing
    /// In the system's words.
    case unreadable(String)
    case tooLarge(limit: Int)

    /// The rest of a sentence about the file.
    package var reason: String {
      switch self {
      case .missing: "is not there, or is no file"
      case .unreadable(let reason): "can't be read: \(reason)"
      case .tooLarge(let limit): "has more than \(limit) bytes"
      }
    }
  }

  package let bytes: [UInt8]
  let version: Version

  package init(reading path: String, limit: Int = 1024 * 1024) throws(Failure) {
    // Without O_NONBLOCK a FIFO would wait for its writer.
    let raw = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard raw >= 0 else { throw Self.failure(SystemError("open")) }
    let descriptor = FileDescriptor(owning: raw)
    var status = stat()
    guard fstat(raw, &status) == 0 else { throw Self.failure(SystemError("fstat")) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .missing }
    version = Version(status)
    guard status.st_size <= limit else { throw .tooLarge(limit: limit) }
    bytes = try Self.content(of: descriptor, limit: limit)
  }

  /// The same, on another thread than the loop's: where a home on a network hangs, the calls of this loop
  /// go on, and the reading is given up.
  static func read(
    _ path: String, limit: Int, on loop: EventLoop
  ) async throws(Failure) -> LocalFile {
    let result = await loop.outcome(within: Self.patience) { () -> Result<LocalFile, Failure> in
      do throws(SystemError) {
        return try await BlockingWork.value {
          Result { () throws(Failure) in try LocalFile(reading: path, limit: limit) }
        }
      } catch {
        return .failure(.unreadable(error.reason))
      }
    }
    guard let result else {
      throw .unreadable("nothing came of it for \(Self.patience.components.seconds) s")
    }
    return try result.get()
  }

  private static let patience = Duration.seconds(10)

  /// The version that is there now; nil where there is none.
  static func version(at path: String) -> Version? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Version(status)
  }

  private static func content(
    of descriptor: borrowing FileDescriptor, limit: Int
  ) throws(Failure) -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16 * 1024)
    while true {
      let count = buffer.withUnsafeMutableBytes {
        Glibc.read(descriptor.rawValue, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure(SystemError("read")) }
      guard count > 0 else { return bytes }
      bytes += buffer[..<count]
      guard bytes.count <= limit else { throw .tooLarge(limit: limit) }
    }
  }

  private static func failure(_ error: SystemError) -> Failure {
    switch error.code {
    case ENOENT, ENOTDIR, ENXIO: .missing
    default: .unreadable(error.reason)
    }
  }
}
