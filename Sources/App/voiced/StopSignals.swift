internal import Dispatch
internal import Glibc
internal import Postgres
internal import Synchronization
internal import Telemetry

/// SIGTERM and SIGINT as something to wait for: the first is heard of here, the second ends the
/// process, and the embedded PostgreSQL after it.
final class StopSignals: Sendable {
  private let seen = Atomic(0)
  private let first: AsyncStream<Never>.Continuation
  private let heard: Task<Void, Never>

  private init() {
    let (stream, continuation) = AsyncStream<Never>.makeStream()
    first = continuation
    heard = Task { for await _ in stream {} }
  }

  /// Takes over both signals before it returns. Until then they end the process, and none is lost.
  static func watch() async -> StopSignals {
    let signals = StopSignals()
    for number in [SIGTERM, SIGINT] {
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        // The sources live as long as their handlers, which is as long as the process.
        withExtendedLifetime(source) {}
        signals.arrived()
      }
      await withCheckedContinuation { taken in
        source.setRegistrationHandler { taken.resume() }
        source.resume()
      }
    }
    return signals
  }

  /// Returns at the first signal.
  func wait() async { await heard.value }

  /// What `start` gives; nil when a signal came first, which cancels it.
  func unlessStopped<Value: Sendable>(
    _ start: @escaping @Sendable () async throws -> Value
  ) async throws -> Value? {
    let starting = Task { try await start() }
    Task {
      await wait()
      starting.cancel()
    }
    do {
      return try await starting.value
    } catch  where seen.load(ordering: .relaxed) > 0 {
      Log("voiced").info("stopped before it was ready", ["reason": "\(error)"])
      return nil
    }
  }

  private func arrived() {
    if seen.wrappingAdd(1, ordering: .relaxed).oldValue > 0 {
      EmbeddedPostgres.interrupt()
      _exit(130)
    }
    first.finish()
  }
}
