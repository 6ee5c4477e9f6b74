import Glibc

/// Random bytes that a thread has drawn in advance, each of which is given out once.
///
/// A request and its call have four names, of 74 bytes together: one getrandom(2) gives three requests theirs, where
/// each name had its own before.
final class RandomBlock {
  /// What one getrandom(2) gives without being interrupted.
  private static let size = 256

  private(set) var bytes = [UInt8](repeating: 0, count: size)
  /// Where the bytes begin that nobody has had.
  private var next = size

  /// The calling thread's own: no other thread has the same bytes, and nobody waits for a lock.
  static var ofThread: RandomBlock {
    if let block = pthread_getspecific(key) {
      return Unmanaged<RandomBlock>.fromOpaque(block).takeUnretainedValue()
    }
    let block = RandomBlock()
    let result = pthread_setspecific(key, Unmanaged.passRetained(block).toOpaque())
    precondition(result == 0, "no memory for what a thread has of its own")
    return block
  }

  /// The thread's end lets go of its block.
  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    let result = pthread_key_create(&key) { block in
      guard let block else { return }
      Unmanaged<RandomBlock>.fromOpaque(block).release()
    }
    precondition(result == 0, "a process has 1,024 keys of pthread_key_create(3)")
    return key
  }()

  /// Gives bytes out, of which none stays here.
  func take(_ taken: inout MutableSpan<UInt8>) {
    guard taken.count <= Self.size else { return RandomBytes.fill(&taken) }
    if next + taken.count > Self.size {
      var all = bytes.mutableSpan
      RandomBytes.fill(&all)
      next = 0
    }
    let range = next..<next + taken.count
    next = range.upperBound
    taken.withUnsafeMutableBytes { taken in
      bytes.withUnsafeMutableBytes { bytes in
        let given = UnsafeMutableRawBufferPointer(rebasing: bytes[range])
        taken.copyMemory(from: UnsafeRawBufferPointer(given))
        given.initializeMemory(as: UInt8.self, repeating: 0)
      }
    }
  }
}
