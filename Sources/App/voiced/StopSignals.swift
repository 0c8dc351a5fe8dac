internal import Dispatch
internal import Glibc

/// SIGTERM and SIGINT as something to wait for. A second one ends the process at once.
enum StopSignals {
  /// Takes over both signals now; what it returns waits for the first of them.
  static func watch() -> () async -> Void {
    let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingOldest(2))
    let sources = [SIGTERM, SIGINT].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { continuation.yield() }
      source.resume()
      return source
    }
    return {
      var iterator = stream.makeAsyncIterator()
      _ = await iterator.next()
      Task.detached { [iterator] in
        var iterator = iterator
        _ = await iterator.next()
        _ = sources
        _exit(130)
      }
    }
  }
}
