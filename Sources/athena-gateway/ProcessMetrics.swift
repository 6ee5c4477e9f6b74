import Glibc
import Metrics

/// What the system says of the process, under the names that Prometheus' own clients give it.
struct ProcessMetrics: Sendable {
  /// In seconds since 1970.
  private let start: Double

  init() {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    start = Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
  }

  func write(to exposition: inout Exposition) {
    exposition.write(
      "process_start_time_seconds", "When the process began, in seconds since 1970.", .gauge, start)
    exposition.write(
      "process_cpu_seconds_total", "CPU time of the process, in user mode and in the kernel.",
      .counter, Self.processorTime)
    exposition.write(
      "process_resident_memory_bytes", "Memory that the process has in RAM.", .gauge,
      Self.residentBytes)
    exposition.write(
      "process_open_fds", "Descriptors that the process has open.", .gauge, Self.openDescriptors)
    exposition.write(
      "process_max_fds", "Descriptors that it may have open.", .gauge, Self.mostDescriptors)
  }

  private static var processorTime: Double? {
    var time = timespec()
    guard clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 else { return nil }
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// The second number of statm (proc(5)), in pages.
  private static var residentBytes: Double? {
    guard let file = fopen("/proc/self/statm", "re") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    guard fgets(&line, Int32(line.count), file) != nil else { return nil }
    let numbers = String(decoding: line.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      .split(separator: " ")
    guard numbers.count > 1, let pages = Double(numbers[1]) else { return nil }
    return pages * Double(sysconf(Int32(_SC_PAGESIZE)))
  }

  /// But for the one that counts them.
  private static var openDescriptors: Double? {
    guard let folder = opendir("/proc/self/fd") else { return nil }
    defer { closedir(folder) }
    var count = 0
    // With "." and ".." and the folder's own.
    while readdir(folder) != nil { count += 1 }
    return Double(max(0, count - 3))
  }

  private static var mostDescriptors: Double? {
    var limits = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0 else { return nil }
    return Double(limits.rlim_cur)
  }
}
