internal import Dispatch
internal import Glibc

/// SIGHUP: what can change without a restart is read again, without a connection being lost.
enum ReloadSignal {
  /// Takes over the signal for as long as the process lives. Signals that come while `action` runs
  /// cause one more run of it.
  static func watch(_ action: @escaping @Sendable () async -> Void) {
    signal(SIGHUP, SIG_IGN)
    let (signals, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let source = DispatchSource.makeSignalSource(signal: SIGHUP, queue: .global())
    source.setEventHandler {
      withExtendedLifetime(source) {}
      continuation.yield()
    }
    source.resume()
    Task { for await _ in signals { await action() } }
  }
}
