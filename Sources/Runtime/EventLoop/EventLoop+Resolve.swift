extension EventLoop {
  /// The addresses of a host by name or number, in the order of the system's resolver. From any
  /// task. Cancelling has no effect: the system's lookup cannot be stopped.
  public func addresses(of host: String, port: Int) async throws -> [SocketAddress] {
    try await withCheckedThrowingContinuation { continuation in
      perform {
        guard !self.core.isStopping else {
          return continuation.resume(throwing: EventLoopError.loopStopped)
        }
        if let numeric = RawAddress(numeric: host, port: port) {
          return continuation.resume(returning: [numeric.address])
        }
        NameLookup.start(self.core, host: host, port: port) { result in
          continuation.resume(with: result.map { $0.map(\.address) })
        }
      }
    }
  }
}
