package import EventLoop

/// Carries a loop-confined value to code that runs on the same loop; every use checks the thread.
///
/// A leg or a session is made in a loop callback and handed to an actor of that loop: the compiler
/// cannot see that both are one isolation domain, the loop can.
package struct OnLoop<Value>: @unchecked Sendable {  // `value` traps off the loop's thread
  package let loop: EventLoop
  private let confined: Value

  /// Call on `loop`.
  package init(_ value: Value, loop: EventLoop) {
    precondition(loop.isCurrent, "our bug: a loop-confined value was made off its loop")
    self.loop = loop
    confined = value
  }

  /// The value; only on `loop`.
  package var value: Value {
    precondition(loop.isCurrent, "our bug: a loop-confined value was used off its loop")
    return confined
  }
}
