import Cryptography
import EventLoop
import Files
import Glibc

/// The file in `~/.aws/sso/cache` that holds the token of a session, or of a start URL.
struct SSOTokenFile {
  /// The rest of a sentence about the file.
  struct Problem: Error {
    let reason: String
  }

  let path: String

  init(path: String) {
    self.path = path
  }

  /// - Parameter name: That of the session; of a profile without one, its start URL.
  /// - Returns: nil where OpenSSL is set up without SHA-1, which names the file.
  init?(name: String, environment: AWSEnvironment) {
    guard let hash = SHA1.hex(of: name) else { return nil }
    path = environment.expandingUser("~/.aws/sso/cache/\(hash).json")
  }

  func read(on loop: EventLoop) async throws(Problem) -> SSOToken {
    let file: LocalFile
    do throws(LocalFile.Failure) {
      file = try await LocalFile.read(path, limit: 64 * 1024, on: loop)
    } catch {
      throw Problem(reason: error.reason)
    }
    guard let token = SSOToken(parsing: file.bytes) else { throw Problem(reason: "has no token") }
    return token
  }

  /// Puts a new file in the place of the old one, for its owner alone, as botocore does. Elsewhere than on
  /// the loop, since it waits for the disk.
  func write(_ content: [UInt8]) async throws(Problem) {
    let path = path
    do throws(SystemError) {
      try await BlockingWork.value {
        Result { () throws(SystemError) in try Self.replace(path, with: content) }
      }.get()
    } catch {
      throw Problem(reason: "can't be written: \(error.reason)")
    }
  }

  private static func replace(_ path: String, with content: [UInt8]) throws(SystemError) {
    // In the same folder, so that it can be renamed.
    let name = "\(path).\(randomUUID()).tmp"
    let raw = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard raw >= 0 else { throw SystemError("open") }
    do throws(SystemError) {
      try fill(FileDescriptor(owning: raw), with: content)
      guard rename(name, path) == 0 else { throw SystemError("rename") }
    } catch {
      unlink(name)
      throw error
    }
  }

  private static func fill(
    _ file: consuming FileDescriptor, with content: [UInt8]
  ) throws(SystemError) {
    var rest = content[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(file.rawValue, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw SystemError("write") }
      rest = rest.dropFirst(count)
    }
    guard fsync(file.rawValue) == 0 else { throw SystemError("fsync") }
  }
}
