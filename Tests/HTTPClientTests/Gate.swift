import Glibc

/// What a script's thread waits at until the test opens it, each time once.
final class Gate: Sendable {
  private let reader: Int32
  private let writer: Int32

  init() {
    var ends: [Int32] = [0, 0]
    precondition(pipe(&ends) == 0, "no pipe")
    (reader, writer) = (ends[0], ends[1])
  }

  deinit {
    close(reader)
    close(writer)
  }

  func open() { _ = write(writer, "x", 1) }

  func wait() {
    var byte: UInt8 = 0
    _ = read(reader, &byte, 1)
  }
}
