internal import Dispatch
internal import Glibc
internal import Postgres
internal import Synchronization

/// SIGTERM and SIGINT as something to wait for: the first ends the stream, the second the process, and
/// the embedded PostgreSQL after it.
final class StopSignals: Sendable {
  private let seen = Atomic(0)

  /// Takes over both signals now.
  static func watch() -> AsyncStream<Never> {
    let (stream, continuation) = AsyncStream<Never>.makeStream()
    let signals = StopSignals()
    for number in [SIGTERM, SIGINT] {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        // The sources live as long as their handlers, which is as long as the process.
        withExtendedLifetime(source) {}
        if signals.seen.wrappingAdd(1, ordering: .relaxed).oldValue > 0 {
          EmbeddedPostgres.interrupt()
          _exit(130)
        }
        continuation.finish()
      }
      source.resume()
    }
    return stream
  }
}
