internal import EventLoop
internal import Synchronization

/// Runs `body` as a task on a fresh loop, and stops the loop after it.
func withLoop<T: Sendable>(
  _ body: @escaping @Sendable (EventLoop) async throws -> T
) async throws -> T {
  let loop = EventLoop.start(name: "test")
  let task = Task(executorPreference: loop) { try await body(loop) }
  let result = await task.result
  await loop.stop()
  return try result.get()
}

/// A value that arrives once, for callbacks to hand to a waiting task.
final class Promise<T: Sendable>: Sendable {
  private enum State {
    case empty
    case waiting(CheckedContinuation<T, Never>)
    case full(T)
  }
  private let state = Mutex(State.empty)

  /// Delivers the value; later deliveries are ignored.
  func fulfil(_ value: T) {
    let waiting: CheckedContinuation<T, Never>? = state.withLock { state in
      switch state {
      case .empty:
        state = .full(value)
        return nil
      case .waiting(let continuation):
        state = .full(value)
        return continuation
      case .full: return nil
      }
    }
    waiting?.resume(returning: value)
  }

  /// The value, waited for. One waiter at a time.
  var value: T {
    get async {
      await withCheckedContinuation { continuation in
        let ready: T? = state.withLock { state in
          if case .full(let value) = state { return value }
          state = .waiting(continuation)
          return nil
        }
        if let ready { continuation.resume(returning: ready) }
      }
    }
  }
}

/// Things noted in order, from any thread.
final class Journal<T: Sendable>: Sendable {
  private let list = Mutex<[T]>([])
  func note(_ item: T) { list.withLock { $0.append(item) } }
  var items: [T] { list.withLock { $0 } }
}

/// An actor that lives on a loop.
actor Resident {
  let loop: EventLoop
  private(set) var count = 0

  init(_ loop: EventLoop) { self.loop = loop }

  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  func increment() { count += 1 }

  var isOnLoop: Bool { loop.isCurrent }
}
