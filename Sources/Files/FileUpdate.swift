import EventLoop
import Glibc

/// A change of a small file that others read meanwhile: they find the old content or the new, and no part.
public struct FileUpdate {
  private let path: String
  /// Where the new content is until it takes the old one's place. That it is there keeps a second program from
  /// changing the file at the same time, of which one change would be lost.
  private let draft: String

  public init(of path: String) {
    // A link stays one: what it leads to is replaced.
    let real = realpath(path, nil)
    defer { free(real) }
    self.path = real.map { String(cString: $0) } ?? path
    draft = "\(self.path).new"
  }

  /// Gives the file the content that `change` makes of what it has, nil where it is not there yet. On disk
  /// when it returns. Owner and permissions stay; a new file may be read by all.
  ///
  /// - Parameter limit: The bytes that it may have.
  /// - Throws: What is wrong, a sentence that names the file. Nothing has changed then.
  public func run(
    limit: Int = 1024 * 1024, _ change: ([UInt8]?) throws(FileFault) -> [UInt8]
  ) throws(FileFault) {
    let raw = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard raw >= 0 else { throw refusal(SystemError("open")) }
    let descriptor = FileDescriptor(owning: raw)
    var isDone = false
    defer { if !isDone { unlink(draft) } }
    let old = try content(limit: limit)
    let new: [UInt8]
    do throws(FileFault) {
      new = try change(old)
    } catch {
      throw FileFault("\(path): \(error)")
    }
    do throws(SystemError) {
      try keepOwner(of: descriptor)
      try write(new, to: descriptor)
      guard fsync(raw) == 0 else { throw SystemError("fsync") }
      guard rename(draft, path) == 0 else { throw SystemError("rename") }
    } catch {
      throw FileFault("\(path) can't be written: \(error)")
    }
    isDone = true
  }

  private func refusal(_ error: SystemError) -> FileFault {
    FileFault(
      error.code == EEXIST
        ? "\(draft) is there: another program changes \(path) just now, or was ended while it did; remove it if "
          + "none does"
        : "\(draft), where the new content is written first, can't be made: \(error.reason)")
  }

  private func content(limit: Int) throws(FileFault) -> [UInt8]? {
    do throws(LocalFile.Failure) {
      return try LocalFile(reading: path, limit: limit).bytes
    } catch {
      // What is there and is no file is not to be replaced by one.
      guard error == .missing, case .missing = LocalFile.Presence(of: path) else {
        throw FileFault("\(path) \(error.reason)")
      }
      return nil
    }
  }

  /// The file is another afterwards: whoever could read the old one is to read it too.
  private func keepOwner(of descriptor: borrowing FileDescriptor) throws(SystemError) {
    var status = stat()
    guard stat(path, &status) == 0 else { return }
    // Only root may; of anybody else's files the owner is the same. Before the mode, which it can take from.
    _ = fchown(descriptor.rawValue, status.st_uid, status.st_gid)
    guard fchmod(descriptor.rawValue, status.st_mode & 0o777) == 0 else {
      throw SystemError("fchmod")
    }
  }

  private func write(
    _ bytes: [UInt8], to descriptor: borrowing FileDescriptor
  ) throws(SystemError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.write(descriptor.rawValue, $0.baseAddress, $0.count)
      }
      guard count > 0 || errno == EINTR else { throw SystemError("write") }
      rest = rest.dropFirst(max(0, count))
    }
  }
}
