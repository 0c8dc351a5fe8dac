internal import EventLoop

/// One connection to PostgreSQL in pipeline mode. Lives on one loop and is called only there.
///
/// connecting → ready ⇄ scripting → closed. A batch is answered through its `answer` closure
/// once; `finished` follows when the server is really done with it, even if nobody waits any more.
final class PostgresConnection {
  enum Phase: Equatable { case connecting, ready, scripting, closed }

  /// One unit of work: statements that succeed or fail together up to a Sync.
  struct Request {
    let id: UInt64
    let deadline: LoopInstant
    var answer: ((Result<QueryResult, any Error>) -> Void)?
    let finished: (() -> Void)?
    /// The statements' texts, kept to drop stale plans from the cache.
    let texts: [String]
  }

  let loop: EventLoop
  let configuration: PostgresConfiguration
  var phase = Phase.connecting
  var session: LibpqSession?
  var pipeline = PipelineMachine()
  var statements: StatementCache
  var requests: [UInt64: Request] = [:]
  var scriptFailure: PostgresError?
  private var watcher: FileDescriptorWatcher?
  private var timer: LoopTimer?
  private var timerDue: LoopInstant?
  private var connected: ((PostgresError?) -> Void)?
  /// Called once, unless `close()` was called first.
  var onLost: ((PostgresError) -> Void)?
  var onNotification: ((_ channel: String, _ payload: String) -> Void)?

  init(loop: EventLoop, configuration: PostgresConfiguration) {
    self.loop = loop
    self.configuration = configuration
    statements = StatementCache(capacity: configuration.preparedStatements)
  }

  /// Starts to connect; `completion` is called later, once, with the reason if it failed.
  func connect(_ completion: @escaping (PostgresError?) -> Void) {
    connected = completion
    timer = loop.schedule(after: configuration.connectTimeout) { [weak self] in
      self?.fail(PostgresError(.timedOut, "connecting took too long"))
    }
    guard PostgresURL.values(of: configuration.url) != nil else {
      return failSoon("libpq cannot read the URL")
    }
    guard let session = LibpqSession(parameters: configuration.parameters) else {
      return failSoon("libpq has no memory for a connection")
    }
    self.session = session
    if session.isBroken || session.socket < 0 { return failSoon(session.errorMessage) }
    // libpq's rule: before the first poll, behave as if it had asked for writing.
    watchAgain(for: .writable)
  }

  /// Whether something is outstanding, answered or not.
  var isBusy: Bool { !pipeline.isEmpty || phase == .scripting }

  /// Whether the server has no transaction open and nothing is outstanding.
  var isOutsideTransaction: Bool { !isBusy && session?.isIdleOutsideTransaction == true }

  /// The server process, for `pg_cancel_backend`.
  var backendProcess: Int { Int(session?.backendProcess ?? 0) }

  /// Closes without calling `onLost`; outstanding work fails as `closed`.
  func close() {
    onLost = nil
    fail(PostgresError(.closed, "connection was closed"))
  }

  /// Ends the connection for a reason; everything outstanding fails with it.
  func fail(_ error: PostgresError) {
    guard phase != .closed else { return }
    phase = .closed
    timer?.cancel()
    watcher?.close()
    watcher = nil
    session = nil
    let order = pipeline.abandonAll() + requests.keys.sorted()
    let (connected, onLost) = (connected, onLost)
    self.connected = nil
    self.onLost = nil
    // First, or those who hear that a statement is over would send the next one here.
    if let connected { connected(error) } else { onLost?(error) }
    let lost = PostgresError(error.kind == .closed ? .closed : .connectionLost, error.message)
    for id in order {
      guard let request = requests.removeValue(forKey: id) else { continue }
      request.answer?(.failure(lost))
      request.finished?()
    }
  }

  /// Reports a failure after the caller has returned.
  private func failSoon(_ message: String) {
    timer?.cancel()
    timer = loop.schedule(after: .zero) { [weak self] in
      self?.fail(PostgresError(.connectionLost, message))
    }
  }
}

extension PostgresConnection {
  /// libpq may close its socket and open another with the same number, so while connecting the
  /// watcher is made anew for every step.
  private func watchAgain(for readiness: Readiness) {
    watcher?.close()
    guard let session else { return }
    do {
      watcher = try FileDescriptorWatcher(loop, fd: session.socket) { [weak self] readiness in
        self?.ready(readiness)
      }
      watcher?.watch(readiness)
    } catch {
      failSoon(error.message)
    }
  }

  private func ready(_ readiness: Readiness) {
    if phase == .connecting { return continueConnecting() }
    if readiness.contains(.readable) {
      guard session?.consumeInput() == true else { return failFromLibpq() }
      drain()
    }
    if phase != .closed { flush() }
  }

  private func continueConnecting() {
    switch session?.poll() {
    case .wantsRead: watchAgain(for: .readable)
    case .wantsWrite: watchAgain(for: .writable)
    case .ready: becomeReady()
    default: failFromLibpq()
    }
  }

  private func becomeReady() {
    guard session?.enterPipeline() == true else { return failFromLibpq() }
    timer?.cancel()
    timer = nil
    phase = .ready
    watchAgain(for: .readable)
    let connected = connected
    self.connected = nil
    connected?(nil)
  }

  func failFromLibpq() {
    fail(PostgresError(.connectionLost, session?.errorMessage ?? "connection is closed"))
  }

  /// Writes what libpq has buffered; asks for writability while something is left.
  func flush() {
    switch session?.flush() {
    case .done: watcher?.watch(.readable)
    case .pending: watcher?.watch([.readable, .writable])
    default: failFromLibpq()
    }
  }
}

extension PostgresConnection {
  /// Makes sure that the timer fires no later than this deadline.
  func arm(for deadline: LoopInstant) {
    if let timerDue, timerDue <= deadline { return }
    timer?.cancel()
    timerDue = deadline
    timer = loop.schedule(after: max(.zero, loop.now.duration(to: deadline))) { [weak self] in
      self?.deadlineReached()
    }
  }

  /// A late request is answered as timed out. If the server owes it an answer right now, nothing
  /// behind it can proceed either, so the connection is given up.
  private func deadlineReached() {
    timer = nil
    timerDue = nil
    let now = loop.now
    let late = requests.values.filter { $0.deadline <= now }
    for request in late {
      requests[request.id]?.answer = nil
      request.answer?(.failure(PostgresError(.timedOut, "statement had no answer in time")))
    }
    let head = pipeline.first { requests[$0] != nil } ?? requests.keys.first
    if late.contains(where: { $0.id == head }) {
      return fail(PostgresError(.timedOut, "connection was given up after a time-out"))
    }
    guard !requests.isEmpty else { return }
    let next = requests.values.map(\.deadline).filter { $0 > now }.min()
    arm(for: next ?? now.advanced(by: .seconds(1)))
  }
}
