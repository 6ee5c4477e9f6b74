import EventLoop
import HTTPMessage

extension Connection {
  /// Reads before other connections have their turn: TLS may hand over a byte at a time.
  private static let readsInARow = 64

  /// Reads while the phase wants bytes, and no more than it may have to keep. What it does not want
  /// stays in the kernel, which makes the peer wait.
  func read() {
    readsLeft = Self.readsInARow
    while isReadable {
      guard readsLeft > 0 else { return readLater() }
      readsLeft -= 1
      switch phase {
      case .handshake: shakeHands()
      case .idle, .head: receive(upTo: limits.head) { parse($0) }
      case .exchange(let exchange) where exchange.isReading:
        receive(upTo: exchange.wantedCount ?? limits.head) { bytes in
          let count = exchange.consume(bytes)
          input.append(bytes, count..<bytes.count)
          if exchange.isReading { armForContent(of: exchange) }
        }
      // Once an event, so that a peer that never stops sending leaves the loop to others.
      case .lingering: return receive(upTo: .max) { _ in }
      case .exchange, .ending, .closed: return
      }
    }
  }

  /// No event will tell of what is there already.
  private func readLater() {
    server.loop.postpone { [weak self] in self?.read() }
  }

  private func receive(upTo limit: Int, _ use: (Span<UInt8>) -> Void) {
    let size = min(limit, server.scratch.count)
    let outcome = server.scratch.withUnsafeMutableBytes { buffer in
      socket?.receive(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<size])) ?? .ended
    }
    switch outcome {
    case .bytes(let count):
      if socket?.isEmptied(byReading: count, of: size) ?? true, !readsToTheEnd {
        isReadable = false
      }
      let scratch = server.scratch
      use(scratch.span.extracting(0..<count))
    case .wouldBlock: isReadable = false
    case .unfinished: readsLeft = 0
    case .ended:
      isReadable = false
      endOfInput()
    }
  }

  private func endOfInput() {
    switch phase {
    case .exchange(let exchange): exchange.fail(.disconnected)
    case .handshake, .idle, .head, .ending, .lingering: close()
    case .closed: break
    }
  }

  /// Takes new bytes of a head.
  private func parse(_ bytes: Span<UInt8>) {
    guard !input.isEmpty else { return judge(bytes) }
    let isWorthALook = canDecide(bytes)
    input.append(bytes, 0..<bytes.count)
    guard isWorthALook || input.count >= limits.head else { return }
    var whole: [UInt8] = []
    swap(&whole, &input)
    judge(whole.span)
  }

  /// Whether a head can have become whole, or wrong, with these bytes: with a line, or in the request line
  /// with a byte that has no place there. A sender of single bytes must not have all read again for each.
  private func canDecide(_ bytes: Span<UInt8>) -> Bool {
    if input.count < 64 || bytes.firstIndex(of: .lf, in: 0..<bytes.count) != nil { return true }
    for position in 0..<bytes.count where !bytes[position].isVisible && bytes[position] != .space {
      return !input.contains(.lf)
    }
    return false
  }

  func judge(_ bytes: Span<UInt8>) {
    switch RequestParser(limits: limits).parse(bytes) {
    case .complete(let head, let length):
      begin(head, rest: bytes.extracting(length..<bytes.count))
    case .needsMore:
      // The empty line that is forgiven before a request is not the beginning of one.
      if case .idle = phase, !RequestParser.isEmptyLine(bytes) {
        phase = .head
        arm(after: limits.headDeadline)
      }
      input = bytes.copy(0..<bytes.count)
    case .malformed(let refusal): refuse(refusal)
    }
  }
}
