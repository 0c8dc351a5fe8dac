internal import Speech

/// Keeps one Live session alive over several connections; pure. Time counts from any origin.
///
/// ```
/// dialing ─ opened ─→ settingUp (5 s) ─ setupComplete ─→ ready ─ goAway or age, at a turn boundary ─→
///    ready + a second connection dialing with the newest handle ─ its setupComplete ─→ swapped
/// lost ─ up to three attempts with the handle ─→ ready again, or closed with the last error
/// ```
/// From the moment a replacement is dialled until it is ready, outgoing messages are held by the shell.
struct GeminiLiveMachine {
  typealias ConnectionID = Int

  enum Output: Equatable {
    case dial(ConnectionID, after: Duration)
    case sendSetup(ConnectionID, handle: String?)
    case close(ConnectionID)
    case ping(ConnectionID)
    /// Held and future messages go to this connection from now on.
    case use(ConnectionID)
    case deliver(RealtimeEvent)
  }

  static let setupLimit = Duration.seconds(5)
  static let pingInterval = Duration.seconds(10)
  static let attempts = 3

  private struct Connection {
    let id: ConnectionID
    let handle: String?
    var setupDeadline: Duration?
    var readyAt: Duration?
  }

  private let lifetime: Duration
  private var current: Connection?
  private var next: Connection?
  private var lastID = 0
  private var failures = 0
  private var wasReady = false
  private var isOver = false
  private var handle: String?
  /// From when on a turn boundary is used to replace the connection.
  private var replaceFrom: Duration?
  /// When it is replaced even in the middle of a turn.
  private var replaceBy: Duration?
  private var nextPing: Duration = .zero

  init(lifetime: Duration) { self.lifetime = lifetime }

  /// Whether outgoing messages go straight out.
  var isFlowing: Bool { current?.readyAt != nil && next == nil }

  mutating func start() -> [Output] { [dialNext(after: .zero)] }

  mutating func opened(_ id: ConnectionID, at now: Duration) -> [Output] {
    guard !isOver, next?.id == id else { return [.close(id)] }
    next?.setupDeadline = now + Self.setupLimit
    return [.sendSetup(id, handle: next?.handle)]
  }

  /// The connection could not be opened.
  mutating func dialFailed(_ id: ConnectionID, _ error: SpeechError) -> [Output] {
    guard !isOver, next?.id == id else { return [] }
    return error.kind == .transient ? retry(.reconnect(error)) : retry(.giveUp(error))
  }

  mutating func received(_ event: GeminiLiveEvent, on id: ConnectionID, at now: Duration)
    -> [Output]
  {
    if isOver { return [] }
    if id == next?.id, event == .setupComplete { return swap(at: now) }
    guard id == current?.id else { return [] }
    switch event {
    case .setupComplete: return []
    case .resumption(let newest):
      handle = newest ?? handle
      return []
    case .goAway(let left):
      replaceFrom = now
      replaceBy = now + max(.zero, (left ?? .seconds(10)) - .seconds(3))
      return []
    case .speech(let event):
      var outputs = [Output.deliver(event)]
      if event == .turnComplete, let due = replaceFrom, due <= now, next == nil {
        outputs.append(dialNext(after: .zero))
      }
      return outputs
    }
  }

  mutating func closed(_ id: ConnectionID, code: UInt16, reason: String) -> [Output] {
    if isOver { return [] }
    let isNext = id == next?.id
    guard isNext || id == current?.id else { return [] }
    let meaning = GeminiLiveClose(
      code: code, reason: reason, usedHandle: (isNext ? next : current)?.handle != nil,
      isSetUp: !isNext)
    if isNext { return retry(meaning) }
    current = nil
    // A replacement is on its way already.
    return next == nil ? retry(meaning) : []
  }

  /// The user closes the session.
  mutating func close() -> [Output] {
    if isOver { return [] }
    isOver = true
    return [current?.id, next?.id].compactMap { $0.map(Output.close) } + [.deliver(.closed(nil))]
  }

  var nextDeadline: Duration? {
    if isOver { return nil }
    let ping = current == nil ? nil : nextPing
    return [next?.setupDeadline, next == nil ? replaceBy : nil, ping].compactMap(\.self).min()
  }

  mutating func tick(at now: Duration) -> [Output] {
    if isOver { return [] }
    var outputs: [Output] = []
    if let id = next?.id, let deadline = next?.setupDeadline, deadline <= now {
      outputs.append(.close(id))
      outputs += retry(
        .reconnect(SpeechError(.transient, "gemini live did not finish setup in 5 s")))
    }
    if let due = replaceBy, due <= now, next == nil, current != nil {
      outputs.append(dialNext(after: .zero))
    }
    if let current, nextPing <= now {
      nextPing = now + Self.pingInterval
      outputs.append(.ping(current.id))
    }
    return outputs
  }

  private mutating func dialNext(after pause: Duration) -> Output {
    lastID += 1
    next = Connection(id: lastID, handle: handle)
    return .dial(lastID, after: pause)
  }

  private mutating func swap(at now: Duration) -> [Output] {
    guard var fresh = next else { return [] }
    var outputs: [Output] = current.map { [.close($0.id)] } ?? []
    fresh.readyAt = now
    fresh.setupDeadline = nil
    current = fresh
    next = nil
    failures = 0
    replaceFrom = now + lifetime
    replaceBy = now + lifetime + .seconds(60)
    nextPing = now + Self.pingInterval
    outputs.append(.deliver(wasReady ? .reconnected(resumed: fresh.handle != nil) : .ready))
    outputs.append(.use(fresh.id))
    wasReady = true
    return outputs
  }

  /// The connection being dialled, or the only one, is gone.
  private mutating func retry(_ meaning: GeminiLiveClose) -> [Output] {
    next = nil
    failures += 1
    let error: SpeechError
    switch meaning {
    case .giveUp(let cause):
      if current != nil, cause.kind == .quota { return keepCurrent() }
      return fail(cause)
    case .reconnectAfresh(let cause):
      handle = nil
      error = cause
    case .reconnect(let cause): error = cause
    }
    if failures >= Self.attempts { return current == nil ? fail(error) : keepCurrent() }
    return [dialNext(after: .milliseconds(failures == 1 ? 0 : 250 << failures))]
  }

  /// The old connection still works: what is held goes there, and the next turn tries again.
  private mutating func keepCurrent() -> [Output] {
    failures = 0
    replaceBy = (replaceBy ?? .zero) + .seconds(30)
    return current.map { [.use($0.id)] } ?? []
  }

  private mutating func fail(_ error: SpeechError) -> [Output] {
    isOver = true
    return (current.map { [.close($0.id)] } ?? []) + [.deliver(.closed(error))]
  }
}
