/// A value that lives on a loop, in the hands of other threads: they can keep it, and only the loop's
/// own thread can use it.
// `@unchecked`: every way to the value stops the program on any other thread.
public final class LoopBound<Value>: @unchecked Sendable {
  // What follows is inlined: where the type of the value is known, none is looked up.
  @usableFromInline let loop: EventLoop
  @usableFromInline var bound: Value?

  /// To be made on the loop.
  @inlinable public init(_ value: Value, to loop: EventLoop) {
    precondition(loop.isCurrent, "a value is bound to its loop on the loop")
    bound = value
    self.loop = loop
  }

  @inlinable public var value: Value {
    precondition(loop.isCurrent, "a value of a loop is used on the loop")
    guard let bound else { preconditionFailure("a value of a loop is used after its end") }
    return bound
  }

  /// Lets go of the value, so that it ends on its loop as well.
  public func end() {
    precondition(loop.isCurrent, "a value of a loop ends on the loop")
    bound = nil
  }
}
