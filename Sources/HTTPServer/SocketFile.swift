import EventLoop
import Glibc

/// The file that a unix socket is bound to: it outlives the socket, so somebody has to remove it.
public struct SocketFile: Sendable {
  let path: String
  private let device: dev_t
  private let inode: ino_t

  /// The socket that is at the path now; nil where nothing is.
  ///
  /// Throws `EEXIST` where there is something that is no socket.
  init?(at path: String) throws(SystemError) {
    var status = stat()
    // Not through a link: what it leads to would be judged, and the link be removed.
    guard lstat(path, &status) == 0 else {
      if errno == ENOENT { return nil }
      throw SystemError("look at \(path)")
    }
    guard status.st_mode & S_IFMT == S_IFSOCK else {
      throw SystemError("bind to \(path), which is no socket", code: EEXIST)
    }
    self.path = path
    device = status.st_dev
    inode = status.st_ino
  }

  /// Whether somebody listens. Throws where that can't be told: the socket is another user's, say.
  func isLive() throws(SystemError) -> Bool {
    let descriptor = try FileDescriptor.streamSocket(AF_UNIX)
    let result = ListenAddress.unix(path: path).bytes.withUnsafeBytes {
      connect(
        descriptor.rawValue, $0.assumingMemoryBound(to: sockaddr.self).baseAddress,
        socklen_t($0.count))
    }
    // EAGAIN: its queue is full.
    if result == 0 || errno == EAGAIN { return true }
    if errno == ECONNREFUSED || errno == ENOENT { return false }
    throw SystemError("connect to \(path)")
  }

  /// Removes the file, unless another one has its name by now.
  public func remove() {
    var status = stat()
    guard lstat(path, &status) == 0, status.st_dev == device, status.st_ino == inode else { return }
    unlink(path)
  }
}
