/// Carries a value that belongs to one loop through `Sendable` code; each use is checked.
public struct LoopBound<Value>: Sendable {
  /// The loop whose thread may use the value.
  public let loop: EventLoop
  private let confined: LoopConfined<Value>

  /// Wraps a value that is used on `loop` only. The last copy should be dropped there too.
  public init(_ value: Value, loop: EventLoop) {
    self.loop = loop
    confined = LoopConfined(value)
  }

  /// The value. Traps off the loop's thread.
  public var value: Value {
    loop.preconditionCurrent()
    return confined.value
  }
}

extension EventLoop {
  /// Traps unless the caller runs on this loop's thread.
  public func preconditionCurrent() { _ = core }
}

/// A value that only the thread of one loop touches, so that it may be named anywhere. Unchecked.
struct LoopConfined<Value>: @unchecked Sendable {  // the loop's thread is the isolation
  let value: Value
  init(_ value: Value) { self.value = value }
}
