import Glibc

/// The descriptors that the process may have open (RLIMIT_NOFILE of getrlimit(2)), and what they are for.
struct OpenFiles {
  /// Too few for anybody to be served.
  struct TooFew: Error, CustomStringConvertible {
    let limit: Int
    let needed: Int

    var description: String {
      "the limit of open files is \(limit), and at least \(needed) are needed; \(OpenFiles.advice)"
    }
  }

  static let advice = "raise it, as with 'ulimit -n' or LimitNOFILE="

  /// What each worker has open beside connections.
  private static let ofWorker = 4
  /// A worker with fewer connections is none to have beside another.
  private static let fewConnections = 2

  let limit: Int
  /// Whether a local Athena runs in the process: its loop, an interpreter and both ends of each call to it
  /// are the process's own.
  let isLocal: Bool
  /// Whether there are metrics to be read.
  let hasMetrics: Bool

  private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)

  init(limit: Int, isLocal: Bool, hasMetrics: Bool) {
    self.limit = limit
    self.isLocal = isLocal
    self.hasMetrics = hasMetrics
  }

  /// Raises the soft limit to the hard one: it is low for the sake of programs that use select(2).
  init(raisingLimitFor settings: ServeSettings) {
    self.init(
      limit: Self.raisedLimit(), isLocal: settings.isLocal,
      hasMetrics: settings.seeing.metrics != nil)
  }

  private static func raisedLimit() -> Int {
    var limits = rlimit()
    guard getrlimit(resource, &limits) == 0 else { return .max }
    limits.rlim_cur = limits.rlim_max
    if setrlimit(resource, &limits) != 0 {
      getrlimit(resource, &limits)
    }
    return Int(clamping: limits.rlim_cur)
  }

  /// What is open beside workers: standard streams, files that are read, and an interpreter's pipes.
  private var ofProcess: Int {
    (isLocal ? 28 : 12) + (hasMetrics ? MetricsServer.descriptors : 0)
  }

  /// The connections that each worker can hold, while calls to Athena find a descriptor too; less than 1
  /// where so many workers don't fit.
  private func connections(workers: Int, reserve: Int) -> Int {
    let left = limit - ofProcess - workers * (Self.ofWorker + reserve)
    guard left > 0 else { return 0 }
    // A local Athena must always find one for its interpreter; of AWS a call more or less can fail.
    return isLocal ? left / 3 / workers : (left - min(1024, (left + 3) / 4)) / workers
  }

  /// As many workers as have a few connections each, or a single one; and the connections of each.
  func fitting(
    workers: Int, reserve: Int
  ) throws(TooFew) -> (workers: Int, connections: Int) {
    for count in stride(from: workers, through: 1, by: -1) {
      let connections = connections(workers: count, reserve: reserve)
      if connections >= (count == 1 ? 1 : Self.fewConnections) { return (count, connections) }
    }
    let needed = ofProcess + Self.ofWorker + reserve + (isLocal ? 3 : 2)
    throw TooFew(limit: limit, needed: needed)
  }
}
