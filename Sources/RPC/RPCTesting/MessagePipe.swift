internal import GRPC
internal import RPCCore
internal import Synchronization

/// Messages on their way in one direction: bounded, and ended or failed once.
final class MessagePipe: Sendable {
  private typealias Receiver = CheckedContinuation<ReceivedMessage?, any Error>
  private typealias Sender = CheckedContinuation<Void, any Error>

  private struct State {
    var queue: [ReceivedMessage] = []
    var isEnded = false
    var failure: RPCError?
    var receiver: Receiver?
    var senders: [Sender] = []

    /// What `waiting` gets, with the senders that go on then; it is kept when it has to wait.
    mutating func take(for waiting: Receiver) -> OnReceive {
      if !queue.isEmpty {
        defer { senders = [] }
        return .message(queue.removeFirst(), senders)
      }
      if let failure { return .failed(failure) }
      if isEnded { return .end }
      if Task.isCancelled { return .failed(CancellationError()) }
      precondition(receiver == nil, "our bug: two tasks receive from one call")
      receiver = waiting
      return .wait
    }
  }

  private enum OnReceive {
    case message(ReceivedMessage, [Sender])
    case end
    case failed(any Error)
    case wait
  }

  private let capacity: Int
  private let state = Mutex(State())

  /// A sender waits while `capacity` messages are in the pipe.
  init(capacity: Int) { self.capacity = capacity }

  func send(_ message: ReceivedMessage) async throws {
    let mustWait = try put(message)
    guard mustWait else { return }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let goesOn = state.withLock { state in
          let isFull = state.queue.count >= capacity && state.failure == nil && !Task.isCancelled
          if isFull { state.senders.append(continuation) }
          return !isFull
        }
        if goesOn { continuation.resume() }
      }
    } onCancel: {
      releaseSenders()
    }
  }

  private func put(_ message: ReceivedMessage) throws -> Bool {
    let (receiver, mustWait): (Receiver?, Bool) = try state.withLock { state in
      if let failure = state.failure { throw failure }
      if state.isEnded { throw RPCError(.internal, "a message after the end of its stream") }
      if let receiver = state.receiver {
        state.receiver = nil
        return (receiver, false)
      }
      state.queue.append(message)
      return (nil, state.queue.count >= capacity)
    }
    receiver?.resume(returning: message)
    return mustWait
  }

  /// The next message; `nil` at the end. What was sent before a failure comes before it, unless the
  /// failure discarded it.
  func receive() async throws -> ReceivedMessage? {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { answer($0) }
    } onCancel: {
      cancelReceiver()
    }
  }

  private func answer(_ receiver: Receiver) {
    switch state.withLock({ $0.take(for: receiver) }) {
    case .message(let message, let senders):
      for sender in senders { sender.resume() }
      receiver.resume(returning: message)
    case .end: receiver.resume(returning: nil)
    case .failed(let error): receiver.resume(throwing: error)
    case .wait: break
    }
  }

  private func cancelReceiver() {
    let receiver: Receiver? = state.withLock { state in
      defer { state.receiver = nil }
      return state.receiver
    }
    receiver?.resume(throwing: CancellationError())
  }

  private func releaseSenders() {
    let senders: [Sender] = state.withLock { state in
      defer { state.senders = [] }
      return state.senders
    }
    for sender in senders { sender.resume() }
  }

  /// No more messages come; `error` is what the receiver gets behind the last one.
  func end(_ error: RPCError? = nil, discarding: Bool = false) {
    let (receiver, senders): (Receiver?, [Sender]) = state.withLock { state in
      guard !state.isEnded || (discarding && state.failure == nil) else { return (nil, []) }
      state.isEnded = true
      state.failure = error
      if discarding { state.queue = [] }
      defer {
        state.receiver = nil
        state.senders = []
      }
      return (state.receiver, state.senders)
    }
    if let error { receiver?.resume(throwing: error) } else { receiver?.resume(returning: nil) }
    for sender in senders {
      if let error { sender.resume(throwing: error) } else { sender.resume() }
    }
  }
}
