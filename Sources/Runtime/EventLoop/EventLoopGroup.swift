internal import Synchronization

/// A fixed number of loops, handed out in turn.
public struct EventLoopGroup: Sendable {
  /// The loops, in the order they were started.
  public let loops: [EventLoop]
  private let turn = Turn()

  private final class Turn: Sendable {
    let value = Atomic<Int>(0)
  }

  /// Starts `count` loops, named "loop-0" and so on. `count` is at least one.
  public init(count: Int, name: String = "loop") {
    precondition(count > 0, "a group needs at least one loop")
    loops = (0..<count).map { EventLoop.start(name: "\(name)-\($0)") }
  }

  /// The next loop, round robin. Any thread.
  public func next() -> EventLoop {
    let turn = turn.value.wrappingAdd(1, ordering: .relaxed).oldValue
    return loops[Int(UInt(bitPattern: turn) % UInt(loops.count))]
  }

  /// Stops every loop and returns when all threads are done.
  public func stop() async {
    for loop in loops { await loop.stop() }
  }
}
