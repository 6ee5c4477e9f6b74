import EventLoop
import Glibc
import Logging
import Testing

@testable import Log

@Suite struct LogQueueTests {
  /// F_SETPIPE_SZ of fcntl(2), which glibc has for GNU's programs alone.
  private let setPipeSize: Int32 = 1031

  /// A pipe that a queue writes to, and what comes out of it.
  private final class Pipe: Sendable {
    let output: Int32
    let input: Int32

    init() {
      var ends: [Int32] = [0, 0]
      #expect(pipe(&ends) == 0)
      (output, input) = (ends[0], ends[1])
    }

    /// All that is written until nobody can write any more.
    func rest() -> String {
      close(input)
      var bytes: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 65536)
      while case let count = read(output, &buffer, buffer.count), count > 0 {
        bytes += buffer[..<count]
      }
      close(output)
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  private func line(_ text: String) -> [UInt8] { Array("\(text)\n".utf8) }

  @Test func `Lines are written in their order, all of them before the end`() throws {
    let pipe = Pipe()
    let queue = try LogQueue(to: pipe.input, .text)
    for number in 0..<1000 { queue.append(line("\(number)")) }
    queue.end(within: .seconds(30))
    #expect(pipe.rest() == (0..<1000).map { "\($0)\n" }.joined())
    #expect(queue.droppedLines == 0)
  }

  @Test func `Nobody waits for a full pipe, and what is lost is counted and said`() throws {
    let pipe = Pipe()
    _ = fcntl(pipe.input, setPipeSize, 4096)
    let queue = try LogQueue(to: pipe.input, .text, limit: 4096)
    let text = String(repeating: "x", count: 99)
    // It ends: the pipe, what is being written and what waits have room for so many.
    while queue.droppedLines < 10 { queue.append(line(text)) }
    let reader = Reader(pipe.output)
    // The pipe is read from now on: there is room again for one more.
    var last = queue.droppedLines
    repeat {
      last = queue.droppedLines
      queue.append(line("room again"))
    } while queue.droppedLines > last
    queue.end(within: .seconds(30))
    close(pipe.input)
    let said = reader.text()
    let lines = said.split(separator: "\n").map(String.init)
    let told = lines.compactMap {
      $0.firstMatch(of: /warning .* dropped=(\d+)/).flatMap { Int($0.1) }
    }
    #expect(told.reduce(0, +) == queue.droppedLines)
    #expect(lines.contains("room again"))
    #expect(lines.allSatisfy { $0 == text || $0 == "room again" || $0.contains("dropped=") })
  }

  /// Reads on a thread of its own until the end.
  private final class Reader: Sendable {
    private let bytes = Lock<[UInt8]>([])
    private let done = Semaphore()

    init(_ descriptor: Int32) {
      try? BlockingWork.begin { [self] in
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = read(descriptor, &buffer, buffer.count), count > 0 {
          let piece = buffer[..<count]
          bytes.withLock { $0 += piece }
        }
        close(descriptor)
        done.signal()
      }
    }

    func text() -> String {
      done.wait()
      return bytes.withLock { String(decoding: $0, as: UTF8.self) }
    }
  }

  @Test func `A full disk ends nothing`() throws {
    let full = open("/dev/full", O_WRONLY | O_CLOEXEC)
    let queue = try LogQueue(to: full, .text)
    for _ in 0..<10 { queue.append(line("lost")) }
    queue.end(within: .seconds(30))
    #expect(queue.droppedLines == 10)
    close(full)
  }

  @Test func `A reader that is gone ends nothing`() throws {
    signal(SIGPIPE, SIG_IGN)
    let pipe = Pipe()
    close(pipe.output)
    let queue = try LogQueue(to: pipe.input, .text)
    for _ in 0..<10 { queue.append(line("lost")) }
    queue.end(within: .seconds(30))
    #expect(queue.droppedLines == 10)
    close(pipe.input)
  }

  @Test func `A pipe that is non-blocking loses nothing`() throws {
    let pipe = Pipe()
    _ = fcntl(pipe.input, setPipeSize, 4096)
    _ = fcntl(pipe.input, F_SETFL, O_NONBLOCK)
    let queue = try LogQueue(to: pipe.input, .text)
    let text = String(repeating: "x", count: 99)
    for _ in 0..<1000 { queue.append(line(text)) }
    let reader = Reader(pipe.output)
    queue.end(within: .seconds(30))
    close(pipe.input)
    #expect(reader.text() == String(repeating: text + "\n", count: 1000))
  }

  @Test func `A pipe that nobody reads doesn't hold up the end`() throws {
    let pipe = Pipe()
    _ = fcntl(pipe.input, setPipeSize, 4096)
    let queue = try LogQueue(to: pipe.input, .text)
    queue.append([UInt8](repeating: 10, count: 100_000))
    let begun = Instant.now
    queue.end(within: .milliseconds(50))
    #expect(Instant.now - begun < .seconds(10))
    // Lets the thread go.
    var buffer = [UInt8](repeating: 0, count: 65536)
    var left = 100_000
    while left > 0 { left -= read(pipe.output, &buffer, buffer.count) }
    queue.end(within: .seconds(30))
  }

  @Test func `swift-log's lines have their level and metadata`() throws {
    let pipe = Pipe()
    let queue = try LogQueue(to: pipe.input, .json)
    var logger = Logger(label: "test") { _ in QueuedLogHandler(queue, .json, level: .notice) }
    logger[metadataKey: "a"] = "1"
    logger.info("below the level")
    logger.warning("hot", metadata: ["b": "2"])
    queue.end(within: .seconds(30))
    let text = pipe.rest()
    #expect(text.contains(#""level":"warning","message":"hot","a":"1","b":"2"}"#))
    #expect(!text.contains("below"))
  }
}
