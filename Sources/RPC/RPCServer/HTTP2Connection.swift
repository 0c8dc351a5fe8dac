internal import EventLoop
internal import GRPC
internal import HTTP
internal import HTTP2
internal import RPCCore

/// One HTTP/2 connection of a client: gives each stream its owner and carries the session's events.
///
/// Confined to its loop. gRPC requests become a `GRPCCall`, all others what `RequestDispatch` says.
final class HTTP2Connection: ConnectionDriver {
  let session: HTTP2Session
  let server: LoopServer
  let shell: Connection
  @exclusivity(unchecked) private var streams = StreamOwners()
  @exclusivity(unchecked) private var running = 0
  @exclusivity(unchecked) private var drain = DrainMachine()
  @exclusivity(unchecked) private var pings: PingGuard
  @exclusivity(unchecked) private var keepalive: KeepaliveMachine
  @exclusivity(unchecked) private var stalls = StallWatch()
  @exclusivity(unchecked) private var idleSince: LoopInstant
  /// Of the last call and of the last other request; the next one probably has the same.
  @exclusivity(unchecked) private var lastMetadata = Metadata()
  @exclusivity(unchecked) private var lastHead = HTTPRequestHead(method: "", target: "")
  private var age: AgeMachine
  @exclusivity(unchecked) private var idleStreams = StallWatch()
  private var headersSince: LoopInstant?
  /// What requests of this connection hold until their handlers take it.
  let memory: MemoryMeter
  @exclusivity(unchecked) private var credit = CreditQueue()

  var loop: EventLoop { server.loop }
  var streamQueueSize: Int { server.limits.streamQueueSize }

  init(server: LoopServer, shell: Connection) throws {
    self.server = server
    self.shell = shell
    let limits = server.limits
    var configuration = HTTP2Configuration()
    configuration.maxConcurrentStreams = UInt32(limits.concurrentStreams)
    configuration.initialStreamWindow = Int32(limits.streamWindow)
    configuration.maxHeaderListSize = limits.headerListSize
    configuration.enableConnectProtocol = true
    configuration.abuse = HTTP2AbuseLimits(limits)
    session = try HTTP2Session(role: .server, configuration: configuration)
    pings = PingGuard(interval: limits.pingInterval)
    keepalive = KeepaliveMachine(time: limits.keepaliveTime, timeout: limits.keepaliveTimeout)
    idleSince = server.loop.now
    age = AgeMachine(
      limit: limits.connectionAge, grace: limits.connectionAgeGrace, born: server.loop.now,
      random: .random(in: -1...1))
    memory = MemoryMeter(limit: limits.requestMemory, parent: server.memory)
    shell.scheduleFlush()
  }

  func scheduleFlush() { shell.scheduleFlush() }

  // MARK: ConnectionDriver

  func receive(_ bytes: UnsafeRawBufferPointer) {
    keepalive.received(at: loop.now)
    do throws(HTTP2Error) {
      try session.receive(bytes, now: .nanoseconds(loop.now.nanoseconds)) { handle($0) }
    } catch {
      shell.cut(error.kind == .badPreface ? .http2Preface : .http2Violation, detail: error.message)
    }
    if headersSince != nil, !session.isMidHeaders { headersSince = nil }
    settleCredit()
    // Acknowledgements, credit and GOAWAY wait in the session.
    if session.wantsWrite || session.isFinished { scheduleFlush() }
  }

  func takeOutput(into output: inout [UInt8]) {
    do throws(HTTP2Error) {
      try session.takeOutput(into: &output) { handle($0) }
    } catch {
      shell.cut(.http2Violation, detail: error.message)
    }
  }

  var isFinished: Bool { session.isFinished }

  var hasOutput: Bool { session.wantsWrite }

  var untakenBytes: Int { session.queuedBytes }

  /// A peer that has half-closed TCP cannot take part in HTTP/2 any more.
  func receiveEnd() { shell.close() }

  func transportDrained() {}

  func transportLost() {
    session.connectionLost { handle($0) }
    for (_, owner) in streams.all { owner.streamClosed() }
    streams = StreamOwners()
  }

  // MARK: Events

  private func handle(_ event: HTTP2Event) {
    switch event {
    case .data(let id, let bytes, let endStream):
      guard let owner = streams[id] else { return session.consume(id, count: bytes.count) }
      owner.receiveData(bytes, endStream: endStream)
    case .headers(let id, let block, let kind, let endStream):
      if kind == .request {
        open(id, block, endStream: endStream)
      } else {
        streams[id]?.receiveData(UnsafeRawBufferPointer(start: nil, count: 0), endStream: endStream)
      }
    case .streamClosed(let id, _): streamClosed(id)
    case .drained(let id): streams[id]?.streamDrained()
    case .ping:
      act(
        on: pings.received(at: loop.now, framesSent: session.framesSent, hasCalls: !streams.isEmpty)
      )
    case .pingAcknowledged(let value): acknowledged(value)
    case .headerListTooLarge(let id, _):
      server.metrics.streamEnded(.headerListSize)
      refuse(id, .headerFieldsTooLarge)
    case .abuse(let reason): shell.cut(EndReason(reason))
    case .violation(let code): shell.cut(.http2Violation, detail: code.description)
    case .settings: shell.handshakeDone()
    case .reset, .notSent, .settingsAcknowledged, .goAway: break
    }
  }

  private func streamClosed(_ id: HTTP2StreamID) {
    guard let owner = streams.remove(id) else { return }
    stalls.forget(id)
    idleStreams.forget(id)
    owner.streamClosed()
    grant(credit.forget(id))
    if streams.isEmpty { idleSince = loop.now }
    act(on: drain.streamClosed(remaining: streams.count))
  }

  private func open(_ id: HTTP2StreamID, _ block: HTTP2HeaderBlock, endStream: Bool) {
    guard running < server.limits.concurrentStreams, drain.acceptsStreams else {
      return session.resetStream(id, .refusedStream)
    }
    if block[.protocol] != nil { return openWebSocket(id, block, endStream: endStream) }
    let type = block[.contentType].map { ContentType($0) } ?? .other
    switch type {
    case .grpc: openCall(id, block, endStream: endStream)
    case .grpcWeb, .other: openExchange(id, block, endStream: endStream)
    }
  }

  // MARK: gRPC

  private func openCall(_ id: HTTP2StreamID, _ block: HTTP2HeaderBlock, endStream: Bool) {
    var fields = RequestFields(after: lastMetadata)
    // By index: iterating a collection reads each element through a heap-allocated coroutine.
    for index in 0..<block.count {
      let field = block[index]
      if !field.name.isPseudo { fields.add(name: field.nameBytes, value: field.value) }
    }
    guard let entry = accept(id, block, fields.problem) else { return }
    lastMetadata = fields.metadata
    let context = RPCContext(
      method: entry.descriptor, metadata: lastMetadata,
      deadline: fields.timeout.map { deadline(in: $0) }, peer: shell.peer,
      id: server.nextRequestID())
    let call = GRPCCall(
      id: id, connection: self, entry: entry, context: context,
      encoding: fields.encoding, acceptsGzip: fields.acceptsGzip,
      messageLimit: server.limits.messageSize)
    streams[id] = call
    running += 1
    if fields.timeout == 0 {
      return call.end(RPCError(.deadlineExceeded, "the deadline passed before the call began"))
    }
    call.start()
    if endStream { call.receiveData(UnsafeRawBufferPointer(start: nil, count: 0), endStream: true) }
  }

  /// Nothing runs any more for one of the streams.
  func callFinished() {
    running -= 1
    settleCredit()
  }

  /// Answers what no handler may see; `nil` when it did.
  private func accept(
    _ id: HTTP2StreamID, _ block: HTTP2HeaderBlock, _ problem: RequestFields.Problem?
  ) -> MethodEntry? {
    guard block.isEqual(.method, "POST") else {
      let error = RPCError(.internal, "a gRPC request is a POST")
      reject(id, error, status: .methodNotAllowed)
      return nil
    }
    if let problem {
      reject(id, problem.error, listsEncodings: problem.listsEncodings)
      return nil
    }
    guard let path = block[.path], let entry = server.methods.find(path) else {
      reject(id, RPCError(.unimplemented, "this server has no such method"))
      return nil
    }
    return entry
  }

  private func reject(
    _ id: HTTP2StreamID, _ error: RPCError, status: HTTPStatus = .ok, listsEncodings: Bool = false
  ) {
    server.metrics.rejected(error, requestID: server.nextRequestID())
    let fields = ResponseFields.trailersOnly(
      error: error, metadata: Metadata(), listsEncodings: listsEncodings)
    reject(id, status: status, fields)
  }

  private func reject(_ id: HTTP2StreamID, status: HTTPStatus, _ headers: HTTPHeaders) {
    try? session.submitHeaders(id, HTTP2Fields(status: status, headers), endStream: true)
    scheduleFlush()
  }

  private func deadline(in nanoseconds: Int64) -> Deadline {
    let now = UInt64(loop.now.nanoseconds)
    let (sum, overflow) = now.addingReportingOverflow(UInt64(nanoseconds))
    return Deadline(nanoseconds: overflow ? .max : sum)
  }

  // MARK: Everything else

  private func openExchange(_ id: HTTP2StreamID, _ block: HTTP2HeaderBlock, endStream: Bool) {
    if let host = block[.host], let authority = block[.authority],
      !host.elementsEqual(authority)
    {
      return refuse(id, .badRequest)
    }
    let owner = HTTP2Exchange(id: id, connection: self)
    streams[id] = owner
    running += 1
    lastHead = block.requestHead(after: lastHead)
    let dispatch = RequestDispatch(
      server: server, head: lastHead, peer: shell.peer, stream: owner
    ) { [self] in callFinished() }
    owner.exchange = dispatch.responder()
    owner.exchange?.begin()
    if endStream {
      owner.receiveData(UnsafeRawBufferPointer(start: nil, count: 0), endStream: true)
    }
  }
}

extension HTTP2Connection {
  /// Answers a request by a status alone; its body is let pass.
  private func refuse(_ id: HTTP2StreamID, _ status: HTTPStatus) {
    let headers: HTTPHeaders = ["date": server.httpDate]
    guard streams[id] == nil else { return reject(id, status: status, headers) }
    let owner = HTTP2Exchange(id: id, connection: self)
    streams[id] = owner
    owner.sendHead(HTTPResponseHead(status: status, headers: headers), end: true)
  }

  /// An extended CONNECT (RFC 8441).
  private func openWebSocket(
    _ id: HTTP2StreamID, _ block: HTTP2HeaderBlock, endStream: Bool
  ) {
    guard block.isEqual(.protocol, "websocket"), !endStream else {
      let status: HTTPStatus = endStream ? .badRequest : .notImplemented
      return reject(id, status: status, ["date": server.httpDate])
    }
    let owner = HTTP2WebSocket(id: id, connection: self) { [self] in callFinished() }
    streams[id] = owner
    running += 1
    var head = block.requestHead()
    head.method = "GET"
    owner.begin(WebSocketUpgrade(head: head, isExtendedConnect: true, peer: shell.peer))
  }
}

// MARK: - Stream credit

extension HTTP2Connection {
  /// `count` bytes of a stream were taken in: its client may send as many more, at its turn.
  func giveCredit(_ id: HTTP2StreamID, _ count: Int) {
    let now = memory.isShort ? credit.ask(id, count) : count
    if now > 0 { grant((id, now)) }
    settleCredit()
  }

  /// A message or body that came on the stream is whole.
  func requestWhole(_ id: HTTP2StreamID) {
    grant(credit.finished(id))
  }

  private func settleCredit() {
    guard !credit.isIdle, !memory.isShort else { return }
    for waiting in credit.takeAll() { grant(waiting) }
  }

  private func grant(_ grant: CreditQueue.Grant?) {
    guard let grant else { return }
    session.consume(grant.id, count: grant.count)
    scheduleFlush()
  }
}

// MARK: - Time and drain

extension HTTP2Connection {
  func tick(_ now: LoopInstant) {
    settleCredit()
    // Whoever has the turn may not be sending.
    grant(credit.next())
    act(on: drain.tick(at: now, remaining: streams.count))
    switch keepalive.tick(at: now) {
    case .nothing: break
    case .ping(let value):
      session.ping(value)
      scheduleFlush()
    case .close:
      shell.cut(.keepaliveTimeout)
      return shell.close()
    }
    if isHeaderOverdue(now) { return cut(.headerTimeout) }
    for (id, owner) in streams.all { tick(now, id, owner) }
    if streams.isEmpty { releaseIdleMemory() }
    if let limit = server.limits.idleTimeoutHTTP2, streams.isEmpty,
      idleSince.duration(to: now) > limit
    {
      beginDrain("max_idle")
    }
    switch age.tick(at: now) {
    case .nothing: break
    case .drain: beginDrain("max_age")
    case .cut:
      end(RPCError(.unavailable, "the connection has reached its age limit"))
      shell.closeAfterFlush()
    }
  }

  /// Ten thousand connections wait for their next call at less than 10 kB each.
  private func releaseIdleMemory() {
    session.releaseIdleMemory()
    lastMetadata = Metadata()
    lastHead = HTTPRequestHead(method: "", target: "")
  }

  private func tick(_ now: LoopInstant, _ id: HTTP2StreamID, _ owner: any StreamOwner) {
    owner.tick(now)
    let pending = session.pendingSend(id)
    let sent = owner.submittedBytes - pending
    let limits = server.limits
    // A peer that hoards answers is not given the time of one whose line is slow. A single one may be
    // large: the recording of an hour.
    let isHoarding = session.queuedBytes - pending > limits.responseMemory
    let patience = isHoarding ? min(.seconds(2), limits.stallTimeout) : limits.stallTimeout
    if stalls.isStalled(id, sent: sent, pending: pending, now, patience) {
      server.metrics.streamEnded(.stalledStream)
      session.resetStream(id, .cancel)
      scheduleFlush()
    } else if let call = owner as? GRPCCall, let moved = call.unfinishedBytes {
      tick(now, id, call, moved: moved)
    }
  }

  /// A request that its client does not end: overdue when it is to be one message, else idle.
  private func tick(_ now: LoopInstant, _ id: HTTP2StreamID, _ call: GRPCCall, moved: Int) {
    let takesOne = call.takesOneMessage
    guard let limit = takesOne ? server.limits.bodyTimeout : server.limits.idleStreamTimeout,
      idleStreams.isStalled(id, sent: takesOne ? 0 : moved, pending: 1, now, limit)
    else { return }
    server.metrics.streamEnded(takesOne ? .bodyTimeout : .idleStream)
    let what = takesOne ? "the request took too long" : "nothing was sent for too long"
    call.end(RPCError(.deadlineExceeded, what))
  }

  private func isHeaderOverdue(_ now: LoopInstant) -> Bool {
    guard session.isMidHeaders else {
      // A block also ends with its stream, which is no read of ours.
      headersSince = nil
      return false
    }
    guard let since = headersSince else {
      headersSince = now
      return false
    }
    return since.duration(to: now) >= server.limits.headerTimeout
  }

  /// Ends the connection for what its peer did, and tells it.
  private func cut(_ reason: EndReason) {
    shell.cut(reason)
    session.goAway(
      lastStream: session.lastReceivedStream, .enhanceYourCalm, debug: reason.rawValue)
    shell.closeAfterFlush()
  }

  /// Asks the client to go elsewhere; calls that run, and those already on their way, are served.
  func beginDrain(_ reason: String) {
    act(on: drain.begin(at: loop.now, reason: reason))
  }

  /// Cancels every call that still runs.
  func cancelCalls() { end(RPCError(.unavailable, "the server is shutting down")) }

  private func end(_ error: RPCError) {
    for (_, owner) in streams.all { owner.cancel(error) }
  }

  private func acknowledged(_ value: UInt64) {
    if value == DrainMachine.pingValue {
      act(on: drain.pingAcknowledged(remaining: streams.count))
    }
    keepalive.acknowledged()
  }

  private func act(on answer: DrainMachine.Answer) {
    switch answer {
    case .nothing: return
    case .announce(let reason):
      session.goAway(lastStream: .max, .noError, debug: reason)
      session.ping(DrainMachine.pingValue)
    case .lastGoAway(let close):
      session.goAway(lastStream: session.lastReceivedStream, .noError)
      if close { shell.closeAfterFlush() }
    case .close: shell.closeAfterFlush()
    }
    scheduleFlush()
  }

  private func act(on answer: PingGuard.Answer) {
    guard answer == .tooMany else { return }
    cut(.tooManyPings)
  }
}
