internal import EventLoop

extension PostgresConnection {
  /// Sends statements as one batch and answers with the last one's result; no two have one id.
  /// `answer` may be called before this returns.
  func submit(
    _ queries: [Query], id: UInt64, timeout: Duration,
    answer: @escaping (Result<QueryResult, any Error>) -> Void, finished: (() -> Void)? = nil
  ) {
    guard phase == .ready, let session else {
      answer(.failure(PostgresError(.connectionLost, "connection is closed")))
      finished?()
      return
    }
    let packed: [PackedParameters]
    do {
      packed = try queries.map { try PackedParameters($0.binds) }
    } catch {
      answer(.failure(error))
      finished?()
      return
    }
    closeEvictedStatements(session)
    let texts = queries.map(\.sql)
    let deadline = loop.now.advanced(by: timeout)
    requests[id] = Request(
      id: id, deadline: deadline, answer: answer, finished: finished, texts: texts)
    var steps: [PipelineMachine.Step] = []
    for (text, parameters) in zip(texts, packed) {
      guard let sent = send(text, parameters, on: session) else { return failFromLibpq() }
      steps += sent
    }
    pipeline.submitted(id, steps: steps)
    guard session.sync() else { return failFromLibpq() }
    arm(for: deadline)
    flush()
  }

  /// Nobody waits for this any more; its results are dropped when they come.
  func abandon(_ id: UInt64) {
    guard let answer = requests[id]?.answer else { return }
    requests[id]?.answer = nil
    answer(.failure(CancellationError()))
  }

  /// Runs a text of several statements, by the simple protocol, when nothing is outstanding.
  func runScript(
    _ sql: String, id: UInt64, timeout: Duration,
    answer: @escaping (Result<QueryResult, any Error>) -> Void
  ) {
    guard phase == .ready, pipeline.isEmpty, let session, !sql.utf8.contains(0) else {
      return answer(.failure(PostgresError(.invalidParameter, "script cannot run now")))
    }
    let deadline = loop.now.advanced(by: timeout)
    requests[id] = Request(id: id, deadline: deadline, answer: answer, finished: nil, texts: [])
    guard session.leavePipeline(), session.sendScript(sql) else { return failFromLibpq() }
    phase = .scripting
    scriptFailure = nil
    arm(for: deadline)
    flush()
  }

  private func send(
    _ text: String, _ parameters: PackedParameters, on session: LibpqSession
  ) -> [PipelineMachine.Step]? {
    switch statements.use(text) {
    case .prepare(let statement):
      guard session.sendPrepare(name: statement.name, sql: text) else { return nil }
      configuration.onPrepare?(text)
      return session.sendPrepared(name: statement.name, parameters)
        ? [.prepare(statement), .run(statement)] : nil
    case .run(let statement):
      return session.sendPrepared(name: statement.name, parameters) ? [.run(statement)] : nil
    case .runUnprepared:
      return session.sendUnprepared(sql: text, parameters) ? [.run(nil)] : nil
    }
  }

  /// libpq 15 cannot send Close, so names are freed with DEALLOCATE, outside transactions only:
  /// in a failed one it would be refused.
  private func closeEvictedStatements(_ session: LibpqSession) {
    guard pipeline.isEmpty, session.isIdleOutsideTransaction else { return }
    for name in statements.takeEvicted() {
      guard let none = try? PackedParameters([]),
        session.sendUnprepared(sql: "DEALLOCATE \(name)", none), session.sync()
      else { return }
      pipeline.submitted(0, steps: [.run(nil)])
    }
  }
}

extension PostgresConnection {
  /// Takes every complete answer out of libpq. Closures run between calls into C, never inside.
  func drain() {
    while let session, isBusy, !session.isBusy {
      let answer = session.nextAnswer(pipeline.expectation)
      if session.isBroken { return failAfter(answer) }
      phase == .scripting ? scriptAnswered(answer, session) : pipelineAnswered(answer)
    }
    while let notice = session?.nextNotification() {
      onNotification?(notice.channel, notice.payload)
    }
    if phase == .ready, session?.isBroken == true { failFromLibpq() }
  }

  /// The server's last word (`terminating connection due to administrator command`) is the reason.
  private func failAfter(_ answer: LibpqSession.Answer) {
    if case .outcome(.failed(let error)) = answer { return fail(error) }
    failFromLibpq()
  }

  private func pipelineAnswered(_ answer: LibpqSession.Answer) {
    switch answer {
    case .outcome(let outcome):
      switch pipeline.received(outcome) {
      case .none: break
      case .prepared(let statement): statements.prepared(statement)
      case .prepareFailed(let statement): statements.failed(statement)
      }
    case .stepEnded: pipeline.stepEnded()
    case .synced: if let batch = pipeline.synced() { finish(batch) }
    }
  }

  private func finish(_ batch: PipelineMachine.Finished) {
    guard let request = requests.removeValue(forKey: batch.id) else { return }
    if case .failure(let error) = batch.result, error.isStaleStatement {
      for text in request.texts { statements.forget(text) }
    }
    request.answer?(batch.outcome)
    // A server that was demoted under us: nobody is to be served by this connection any more, and
    // whoever comes next looks for the server that takes writes.
    if case .failure(let error) = batch.result, error.sqlState == .readOnlyTransaction {
      fail(PostgresError(.connectionLost, "the server takes no writes any more"))
    }
    request.finished?()
  }

  private func scriptAnswered(_ answer: LibpqSession.Answer, _ session: LibpqSession) {
    if case .outcome(.failed(let error)) = answer { scriptFailure = scriptFailure ?? error }
    guard case .stepEnded = answer else { return }
    phase = .ready
    guard session.enterPipeline() else { return failFromLibpq() }
    guard let id = requests.keys.first, let request = requests.removeValue(forKey: id) else {
      return
    }
    request.answer?(scriptFailure.map { .failure($0) } ?? .success(.nothing))
  }
}
