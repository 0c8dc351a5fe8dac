/// One pending call on a loop, made by `EventLoop.schedule`. Loop-confined.
public final class LoopTimer {
  /// When it fires at the earliest.
  public let deadline: LoopInstant
  var body: (() -> Void)?
  var abandon: (() -> Void)?
  var heapIndex = -1
  private let core: LoopCore

  init(deadline: LoopInstant, core: LoopCore, body: @escaping () -> Void) {
    self.deadline = deadline
    self.core = core
    self.body = body
  }

  /// Whether it has neither fired nor been cancelled.
  public var isPending: Bool { heapIndex >= 0 }

  /// Prevents the call, and frees what it captured. Does nothing after it has fired.
  public func cancel() {
    core.cancel(self)
  }
}
