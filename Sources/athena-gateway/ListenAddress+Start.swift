import EventLoop
import Glibc
import HTTPServer

extension ListenAddress {
  /// Throws where the address can't be had.
  func checkFree() throws {
    // The system chooses a port that is free.
    guard port != 0 else { return }
    do throws(SystemError) {
      try Listener.checkFree(self)
    } catch {
      guard error.code == EADDRINUSE else { throw error }
      throw SettingsError(
        description:
          "--listen: \(self) is in use by another process; choose another port, or 0 to let "
          + "the system choose")
    }
  }
}
