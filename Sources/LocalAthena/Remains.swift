import CLinux
import EventLoop
import Glibc

/// What a local Athena leaves behind where there is no time to close it: processes and outputs.
public struct Remains: Sendable {
  let outputs: OutputStore

  /// Kills every process below this one and removes the outputs, at once; this process is to end then.
  /// From any thread.
  public func remove() {
    // What the dead leave behind comes to this process instead of init, and is found there.
    clinux_adopt_orphans()
    // The kernel may not let go of one at once, or be asked to by nobody but root.
    let end = Instant.now + .seconds(1)
    while case let children = Child.all(), !children.isEmpty, .now < end {
      for child in children { child.kill() }
      usleep(1000)
    }
    outputs.removeAll()
  }
}

/// A process that this one has started, or was left with.
private struct Child {
  let id: pid_t
  let group: pid_t

  /// Those that live. Nobody is reaped: that is for whoever has started them.
  static func all() -> [Child] {
    guard let folder = opendir("/proc") else { return [] }
    defer { closedir(folder) }
    var found: [Child] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 1) { String(cString: $0) }
      }
      if let id = pid_t(name), let child = Child(id) { found.append(child) }
    }
    return found
  }

  /// nil for the process of another, and for one that has ended.
  private init?(_ id: pid_t) {
    let descriptor = open("/proc/\(id)/stat", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 512)
    let count = read(descriptor, &bytes, bytes.count)
    // proc_pid_stat(5): after the name, which may hold anything, come state, parent and group.
    guard count > 0, let name = bytes[..<count].lastIndex(of: UInt8(ascii: ")")) else { return nil }
    let fields = String(decoding: bytes[(name + 1)..<count], as: UTF8.self).split(separator: " ")
    guard fields.count > 2, fields[0] != "Z", fields[0] != "X", pid_t(fields[1]) == getpid(),
      let group = pid_t(fields[2])
    else { return nil }
    self.id = id
    self.group = group
  }

  /// With its group, unless that is ours: a fork bomb would outrun anything slower.
  func kill() {
    if group > 1, group != getpgrp() { _ = Glibc.kill(-group, SIGKILL) }
    _ = Glibc.kill(id, SIGKILL)
  }
}
