internal import Speech

/// Keeps one Live session alive over several connections; pure. Time counts from any origin.
///
/// ```
/// dialing ─ opened ─→ settingUp (5 s) ─ setupComplete ─→ ready ─ goAway or age, at a turn boundary ─→
///    ready + a second connection dialing with the newest handle ─ its setupComplete ─→ swapped
/// lost ─ up to three dials with the handle ─→ ready again, or closed with the last error
/// ```
/// Lost is also a connection on which nothing came since `pingLimit` pings: it may be half open.
/// The end of a turn that the caller cut short is no boundary: the caller is speaking.
///
/// A session that cannot be resumed is followed by a new one, whose setup has what was said.
///
/// From the moment a replacement is dialled until it is ready, outgoing messages are held by the shell;
/// one that is not ready before they would be lost is put off.
struct GeminiLiveMachine {
  typealias ConnectionID = Int

  enum Output: Equatable {
    case dial(ConnectionID, after: Duration)
    case sendSetup(ConnectionID, handle: String?)
    case close(ConnectionID)
    case ping(ConnectionID)
    /// Held and future messages go to this connection from now on.
    case use(ConnectionID)
    /// The same, of held messages for speech alone: the rest was for a session that is lost. Then the
    /// new one is asked for this.
    case useAfresh(ConnectionID, asking: String?)
    case deliver(RealtimeEvent)
  }

  static let setupLimit = Duration.seconds(5)
  /// A dead connection is noticed after 4 to 6 s, so that another one is ready before the
  /// conversation counts the model as silent (8 s).
  static let pingInterval = Duration.seconds(2)
  static let pingLimit = 2
  /// How long a connection that works may be kept waiting by its replacement.
  static let replacementLimit = HeldMessages.limit
  /// Dials in a row, after a loss or for a replacement.
  static let attempts = 3

  private struct Connection {
    let id: ConnectionID
    /// What its setup resumes.
    var handle: String?
    var setupDeadline: Duration?
    var readyAt: Duration?
  }

  private let lifetime: Duration
  private var current: Connection?
  private var next: Connection?
  private var lastID = 0
  /// Dials that failed in a row, since the connection in use was made or lost.
  private var failures = 0
  private var wasReady = false
  private var isOver = false
  private var handle: String?
  /// For a session that is not resumed.
  private(set) var spoken = SpokenSoFar()
  /// From when on a turn boundary is used to replace the connection.
  private var replaceFrom: Duration?
  /// When it is replaced even in the middle of a turn.
  private var replaceBy: Duration?
  /// When a replacement that is on its way is put off.
  private var replacementDeadline: Duration?
  /// Whether the caller cut short the turn that ends next.
  private var isCutShort = false
  private var nextPing: Duration = .zero
  /// Pings since anything came on the connection in use.
  private var unansweredPings = 0

  init(lifetime: Duration) { self.lifetime = lifetime }

  /// Whether outgoing messages go straight out.
  var isFlowing: Bool { current?.readyAt != nil && next == nil }

  /// The session is asked for something.
  mutating func asked(_ text: String) { spoken.note(instruction: text) }

  /// Functions have answered.
  mutating func answered(_ responses: [ToolResponse]) { spoken.note(responses) }

  mutating func start() -> [Output] { [dialNext(after: .zero)] }

  mutating func opened(_ id: ConnectionID, at now: Duration) -> [Output] {
    guard !isOver, next?.id == id else { return [.close(id)] }
    next?.setupDeadline = now + Self.setupLimit
    // The last turn's handle comes after its end, thus after the dial.
    next?.handle = handle
    return [.sendSetup(id, handle: next?.handle)]
  }

  /// The connection could not be opened.
  mutating func dialFailed(_ id: ConnectionID, _ error: SpeechError) -> [Output] {
    guard !isOver, next?.id == id else { return [] }
    return error.kind == .transient ? retry(.reconnect(error)) : retry(.giveUp(error))
  }

  /// Anything at all came on a connection, be it a pong.
  mutating func heard(_ id: ConnectionID) {
    if id == current?.id { unansweredPings = 0 }
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
      spoken.note(event)
      var outputs = [Output.deliver(event)]
      if isBoundary(event), let due = replaceFrom, due <= now, next == nil {
        outputs.append(replace(at: now))
      }
      return outputs
    }
  }

  /// Whether `event` ends a turn, and not one that was cut short.
  private mutating func isBoundary(_ event: RealtimeEvent) -> Bool {
    switch event {
    case .interrupted: isCutShort = true
    // Of a new turn: one cut short has no more of them.
    case .audio, .generationComplete: isCutShort = false
    case .turnComplete:
      defer { isCutShort = false }
      return !isCutShort
    default: break
    }
    return false
  }

  mutating func closed(_ id: ConnectionID, code: UInt16, reason: String) -> [Output] {
    if isOver { return [] }
    let isNext = id == next?.id
    guard isNext || id == current?.id else { return [] }
    let meaning = GeminiLiveClose(
      code: code, reason: reason, usedHandle: (isNext ? next : current)?.handle != nil,
      isSetUp: !isNext)
    return isNext ? retry(meaning) : lose(meaning)
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
    return [
      next?.setupDeadline, next == nil ? replaceBy : replacementDeadline, ping,
    ].compactMap(\.self).min()
  }

  mutating func tick(at now: Duration) -> [Output] {
    if isOver { return [] }
    var outputs: [Output] = []
    if let id = next?.id, let deadline = next?.setupDeadline, deadline <= now {
      outputs.append(.close(id))
      outputs += retry(
        .reconnect(SpeechError(.transient, "gemini live did not finish setup in 5 s")))
    }
    if let id = next?.id, let deadline = replacementDeadline, deadline <= now {
      next = nil
      outputs += [.close(id)] + keepCurrent()
    }
    if let due = replaceBy, due <= now, next == nil, current != nil {
      outputs.append(replace(at: now))
    }
    if let id = current?.id, nextPing <= now { outputs += ping(id, at: now) }
    return outputs
  }

  /// Pings, or gives the connection up when too many pings are unanswered.
  private mutating func ping(_ id: ConnectionID, at now: Duration) -> [Output] {
    // Late by a whole interval, it is we who were stuck: what came is still to be read.
    if now - nextPing >= Self.pingInterval { unansweredPings = 0 }
    nextPing = now + Self.pingInterval
    if unansweredPings >= Self.pingLimit {
      let error = SpeechError(.transient, "gemini live does not answer pings")
      return [.close(id)] + lose(.reconnect(error))
    }
    unansweredPings += 1
    return [.ping(id)]
  }

  private mutating func replace(at now: Duration) -> Output {
    replacementDeadline = now + Self.replacementLimit
    return dialNext(after: .zero)
  }

  private mutating func dialNext(after pause: Duration) -> Output {
    lastID += 1
    next = Connection(id: lastID)
    return .dial(lastID, after: pause)
  }

  private mutating func swap(at now: Duration) -> [Output] {
    guard var fresh = next else { return [] }
    let outputs: [Output] = current.map { [.close($0.id)] } ?? []
    fresh.readyAt = now
    fresh.setupDeadline = nil
    current = fresh
    next = nil
    failures = 0
    replacementDeadline = nil
    replaceFrom = now + lifetime
    replaceBy = now + lifetime + .seconds(60)
    nextPing = now + Self.pingInterval
    unansweredPings = 0
    isCutShort = false
    defer { wasReady = true }
    if wasReady, fresh.handle == nil { return outputs + beginAfresh(fresh.id) }
    return outputs + [.deliver(wasReady ? .reconnected(resumed: true) : .ready), .use(fresh.id)]
  }

  /// The new session waits for no function; what is owed to the caller, it is asked for.
  private mutating func beginAfresh(_ id: ConnectionID) -> [Output] {
    let next = spoken.next
    let cancelled = RealtimeEvent.toolCallsCancelled(spoken.openCalls.map(\.id))
    let hasCalls = !spoken.openCalls.isEmpty
    spoken.note(cancelled)
    return (hasCalls ? [.deliver(cancelled)] : []) + [
      .deliver(.reconnected(resumed: false)), .useAfresh(id, asking: next),
    ]
  }

  /// The connection in use is gone; a replacement may be on its way already.
  private mutating func lose(_ meaning: GeminiLiveClose) -> [Output] {
    current = nil
    failures = 0
    replacementDeadline = nil
    return [.deliver(.disconnected)] + (next == nil ? redial(meaning) : [])
  }

  /// The connection being dialled is gone.
  private mutating func retry(_ meaning: GeminiLiveClose) -> [Output] {
    next = nil
    failures += 1
    return redial(meaning)
  }

  /// Dials again, unless that is of no use or was tried often enough.
  private mutating func redial(_ meaning: GeminiLiveClose) -> [Output] {
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
    return [dialNext(after: .milliseconds(failures < 2 ? 0 : 250 << failures))]
  }

  /// The old connection still works: what is held goes there, and the next turn tries again.
  private mutating func keepCurrent() -> [Output] {
    failures = 0
    replacementDeadline = nil
    replaceBy = (replaceBy ?? .zero) + .seconds(30)
    return current.map { [.use($0.id)] } ?? []
  }

  private mutating func fail(_ error: SpeechError) -> [Output] {
    isOver = true
    return (current.map { [.close($0.id)] } ?? []) + [.deliver(.closed(error))]
  }
}
