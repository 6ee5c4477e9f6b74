import CLinux
import Glibc

/// How many processors the process may use at once.
public enum Processors {
  /// The scheduler's affinity, or the container's limit (cgroup v2 `cpu.max`, rounded up) where that is less.
  public static var available: Int {
    let affinity = Int(clinux_available_processors())
    guard let limit = quota(of: readFirstLine("/sys/fs/cgroup/cpu.max")) else { return affinity }
    return min(affinity, limit)
  }

  /// Reads `MAX PERIOD` in microseconds, where `max` means no limit.
  static func quota(of line: String?) -> Int? {
    guard let words = line?.split(separator: " "), words.count == 2,
      let quota = Int(words[0]), let period = Int(words[1]), quota > 0, period > 0
    else { return nil }
    return max(1, (quota - 1) / period + 1)
  }

  private static func readFirstLine(_ path: String) -> String? {
    let raw = open(path, O_RDONLY | O_CLOEXEC)
    guard raw >= 0 else { return nil }
    let file = FileDescriptor(owning: raw)
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = read(file.rawValue, &bytes, bytes.count)
    guard count > 0 else { return nil }
    return String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n").first.map(
      String.init)
  }
}
