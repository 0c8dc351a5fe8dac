internal import EventLoop
internal import GRPC
internal import HTTP2
internal import RPCCore

/// What a call does about a failed attempt.
enum CallRecovery {
  case none
  case retry(RetryMachine)
  case hedge(HedgingMachine)

  init(_ settings: MethodConfig.Recovery?) {
    switch settings {
    case nil: self = .none
    case .retry(let policy): self = .retry(RetryMachine(policy))
    case .hedge(let policy): self = .hedge(HedgingMachine(policy))
    }
  }
}

/// Beginning attempts.
extension CallState {
  func beginFirstAttempt() {
    if case .hedge = recovery { hedge() } else { begin(previous: 0) }
  }

  /// Begins its only attempt on `connection`, whatever the balancer says.
  func begin(on connection: Connection) throws(HTTP2Error) {
    let only = Attempt(self, previous: 0)
    attempt = only
    try connection.begin(only)
    commit(to: only)
  }

  private func begin(previous: Int) {
    let new = Attempt(self, previous: previous)
    if attempt == nil { attempt = new } else { rivals.append(new) }
    router.place(new)
  }

  /// Begins the next of several attempts, and sets the time of the one after it.
  private func hedge() {
    guard case .hedge(var machine) = recovery, result == nil, !isCommitted else { return }
    let previous = machine.attempts
    let next = machine.begin()
    recovery = .hedge(machine)
    setPause(next)
    begin(previous: previous)
  }

  private func hedgeIsDue() {
    guard case .hedge(var machine) = recovery else { return }
    let answer = machine.nextIsDue(router.throttle)
    recovery = .hedge(machine)
    switch answer {
    case .begin: hedge()
    case .wait: break
    case .giveUp:
      if let error = lastFailure { end(.failure(error), trailers: error.metadata) }
    }
  }

  /// The next attempt begins after `wait`, in place of any time set before; nil: none does.
  private func setPause(_ wait: Duration?) {
    pause?.cancel()
    pause = nil
    guard let wait else { return }
    pause = router.loop.schedule(after: wait) { self.pauseIsOver() }
  }

  private func pauseIsOver() {
    pause = nil
    guard result == nil, !isCommitted else { return }
    switch recovery {
    case .none: break
    case .retry(let machine): begin(previous: machine.attempts - 1)
    case .hedge: hedgeIsDue()
    }
  }
}

/// What attempts tell.
extension CallState {
  /// The server's head came: the call is that attempt's.
  func didStart(_ attempt: Attempt, _ metadata: Metadata) {
    guard result == nil else { return }
    commit(to: attempt)
    take(head: metadata)
  }

  func succeeded(_ attempt: Attempt, _ trailers: Metadata) {
    guard result == nil else { return }
    router.throttle?.succeeded()
    end(.success(()), trailers: trailers)
  }

  /// An attempt failed: another one follows, or it is the call's failure.
  func failed(_ failed: Attempt, _ error: RPCError, _ kind: Attempt.Failure) {
    guard result == nil else { return }
    if isCommitted { return end(.failure(error), trailers: error.metadata) }
    remove(failed)
    switch kind {
    case .neverSent: begin(previous: failed.previous)
    case .refused where !hasRetriedTransparently:
      hasRetriedTransparently = true
      begin(previous: failed.previous)
    case .refused, .ended: recover(from: error)
    }
  }

  private func recover(from error: RPCError) {
    switch recovery {
    case .none: end(.failure(error), trailers: error.metadata)
    case .retry(var machine):
      let answer = machine.failed(
        error.code, Pushback(error.metadata), &router.throttle, random: .random(in: -1...1))
      recovery = .retry(machine)
      switch answer {
      case .giveUp: end(.failure(error), trailers: error.metadata)
      case .retry(let wait): setPause(wait)
      }
    case .hedge(var machine):
      let answer = machine.failed(error.code, Pushback(error.metadata), &router.throttle)
      recovery = .hedge(machine)
      switch answer {
      case .giveUp: end(.failure(error), trailers: error.metadata)
      case .wait: break
      case .next(let wait):
        lastFailure = error
        setPause(wait)
      }
    }
  }

  private func remove(_ over: Attempt) {
    if attempt === over {
      attempt = rivals.isEmpty ? nil : rivals.removeFirst()
    } else {
      rivals.removeAll { $0 === over }
    }
  }
}

/// Being bound to one attempt.
extension CallState {
  /// Commits when more was sent than is kept. The oldest attempt with a stream is the one.
  func commitIfFull() {
    guard !isCommitted, replay.bytes > router.configuration.replayBytes else { return }
    guard let winner = ([attempt].compactMap { $0 } + rivals).first(where: \.isAttached) else {
      return
    }
    commit(to: winner)
  }

  private func commit(to winner: Attempt) {
    guard !isCommitted else { return }
    isCommitted = true
    setPause(nil)
    if !rivals.isEmpty {
      if let attempt, attempt !== winner { attempt.cancel() }
      for rival in rivals where rival !== winner { rival.cancel() }
      rivals = []
    }
    attempt = winner
    dropReplay()
  }

  /// The call has ended: what still runs for it is cancelled.
  func stopAttempts() {
    isCommitted = true
    setPause(nil)
    dropReplay()
    attempt?.cancel()
    for rival in rivals { rival.cancel() }
    // Each of them holds the call.
    attempt = nil
    rivals = []
  }
}
