import Glibc
import HTTPServer

/// The descriptors that the process may have open (RLIMIT_NOFILE of getrlimit(2)).
struct OpenFiles {
  /// What is open beside connections: of the process with a local Athena, and of each worker.
  private static let ofProcess = 24
  private static let ofWorker = 6

  let limit: Int

  private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)

  /// Raises the soft limit to the hard one: it is low for the sake of programs that use select(2).
  static func raisingLimit() -> OpenFiles {
    var limits = rlimit()
    guard getrlimit(resource, &limits) == 0 else {
      return OpenFiles(limit: .max)
    }
    limits.rlim_cur = limits.rlim_max
    if setrlimit(resource, &limits) != 0 {
      getrlimit(resource, &limits)
    }
    return OpenFiles(limit: Int(clamping: limits.rlim_cur))
  }

  /// The connections that each worker can hold, while calls to AWS find a descriptor too.
  func connections(workers: Int, reserve: Int) -> Int {
    let upstream = min(1024, limit / 4)
    let left = limit - Self.ofProcess - upstream
    return max(1, left / workers - Self.ofWorker - reserve)
  }
}
