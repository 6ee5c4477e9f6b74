import EventLoop
import Glibc
import HTTPServer

/// An address that another process listens on already.
struct AddressInUse: Error, CustomStringConvertible {
  let address: ListenAddress

  var description: String {
    "--listen: \(address) is in use by another process; choose another port, or 0 to let the system "
      + "choose"
  }
}

extension ListenAddress {
  /// Throws where the address can't be had.
  func checkFree() throws {
    // The system chooses a port that is free.
    guard port != 0 else { return }
    do throws(SystemError) {
      try Listener.checkFree(self)
    } catch {
      guard error.code == EADDRINUSE else { throw error }
      throw AddressInUse(address: self)
    }
  }
}
