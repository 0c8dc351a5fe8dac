internal import Connect
internal import EventLoop
internal import GRPC
internal import HTTP
internal import RPCCore
internal import Transcoding

/// One HTTP request that is not gRPC: gathers its body, finds who answers, sends the answer.
///
/// routed (head seen) → body whole → answering → done; a streamed answer is being written before it
/// is done. A request that is refused by its head is
/// answered at once. Confined to its loop.
final class HTTPExchange: RequestResponder {
  private enum Target {
    case route(HTTPRoutes.Handler, [String: String])
    case call(TranscodedCall, MethodEntry)
    case answered
  }

  private let server: LoopServer
  let head: HTTPRequestHead
  private let peer: String
  @exclusivity(unchecked) private var response: (any ResponseStream)?
  @exclusivity(unchecked) private var whenDone: (() -> Void)?
  @exclusivity(unchecked) private var target = Target.answered
  @exclusivity(unchecked) private var body: [UInt8] = []
  private let memory: MemoryMeter
  @exclusivity(unchecked) private var bookedBytes = 0
  @exclusivity(unchecked) private var isBodyWhole = false
  /// Whether the body of a call is to be inflated first.
  @exclusivity(unchecked) private var isGzipped = false
  @exclusivity(unchecked) private var call: RESTCall?
  @exclusivity(unchecked) private var task: Task<Void, Never>?
  /// The answer that `task` writes.
  @exclusivity(unchecked) private var streamed: StreamedBody?
  private let id: RequestID
  private let started: LoopInstant

  /// `whenDone` is called once, when nothing runs for the exchange any more.
  init(
    server: LoopServer, head: HTTPRequestHead, peer: String, response: any ResponseStream,
    whenDone: @escaping () -> Void
  ) {
    self.server = server
    self.head = head
    self.peer = peer
    self.response = response
    memory = response.memory
    self.whenDone = whenDone
    id = server.nextRequestID()
    started = server.loop.now
  }

  private var isHead: Bool { head.method == "HEAD" }

  private var requestName: String {
    RequestID.accepted(head.headers["x-request-id"]) ?? id.description
  }

  // MARK: Requests

  /// Decides by the head who answers.
  func begin() {
    if let cors = server.cors, let answer = cors.preflight(head) { return preflight(answer) }
    if let (handlers, parameters) = server.routes.plain.find(head) {
      guard let handler = handlers[head.method] ?? (isHead ? handlers["GET"] : nil) else {
        let allow = handlers.keys.sorted().joined(separator: ", ")
        return refuseMethod(allow: allow)
      }
      target = .route(handler, parameters)
    } else {
      matchREST()
    }
    if let text = head.headers["content-length"], let length = Int(text),
      length > server.limits.bodySize
    {
      refuseBody()
    }
  }

  private func matchREST() {
    // A coding the server undoes itself is none to the edge.
    var headers = head.headers
    if headers["content-encoding"]?.lowercased() == "gzip" {
      isGzipped = true
      headers.remove("content-encoding")
    }
    switch server.rest.match(method: head.method, target: head.target, headers: headers) {
    case .notFound:
      if let entry = server.methods.find(String(head.path)) { return refuseForm(of: entry) }
      answer(server.rest.notFound(head.target))
    case .methodNotAllowed(let allow): refuseMethod(allow: allow)
    case .failed(let failure): answer(server.rest.failure(failure))
    case .call(let transcoded):
      guard let entry = server.methods.find(transcoded.method.path) else {
        return fail(.unimplemented, "this server does not serve the method")
      }
      target = .call(transcoded, entry)
    }
  }

  /// The path is a method's, but the request is of no protocol that calls it so.
  private func refuseForm(of entry: MethodEntry) {
    guard head.method != "POST" else {
      return answer(
        HTTPExchangeResponse(
          status: .unsupportedMediaType, headers: ["accept-post": MediaType.accepted]))
    }
    refuseMethod(allow: entry.verbs)
  }

  private func refuseMethod(allow: String) {
    if head.method == "OPTIONS" {
      return answer(HTTPExchangeResponse(status: .noContent, headers: ["allow": allow]))
    }
    answer(server.rest.methodNotAllowed(head.method, allow: allow))
  }

  private func refuseBody() {
    server.metrics.streamEnded(.bodySize)
    fail(
      .resourceExhausted, "the body is larger than \(server.limits.bodySize) bytes", status: 413)
  }

  func receiveBody(_ bytes: UnsafeRawBufferPointer) {
    response?.consumed(bytes.count)
    if case .answered = target { return }
    guard body.count + bytes.count <= server.limits.bodySize else {
      body = []
      return refuseBody()
    }
    guard book(bytes.count) else {
      body = []
      return answer(server.rest.failure(Self.tooMuchWaits))
    }
    body.append(contentsOf: bytes)
  }

  private static let tooMuchWaits = RPCError(
    .resourceExhausted, "too much waits on this connection for its handlers")

  /// Books `count` bytes until the exchange is over; false when that is too much.
  private func book(_ count: Int) -> Bool {
    bookedBytes += count
    if memory.add(count) { return true }
    server.metrics.streamEnded(.requestMemory)
    return false
  }

  func endBody() {
    guard !isBodyWhole else { return }
    isBodyWhole = true
    switch target {
    case .answered: return
    case .route(let handler, let parameters): run(handler, parameters)
    case .call(let transcoded, let entry): start(transcoded, entry)
    }
  }

  // MARK: Plain routes

  private func run(_ handler: @escaping HTTPRoutes.Handler, _ parameters: [String: String]) {
    let query = head.query.flatMap { try? FormItems(parsing: $0) } ?? FormItems()
    let request = HTTPExchangeRequest(
      head: head, pathParameters: parameters, query: query, body: body, peer: peer,
      requestID: requestName)
    body = []
    let box = LoopConfined(self)
    task = Task(executorPreference: server.executor) {
      let result: Result<HTTPExchangeResponse, any Error>
      do { result = .success(try await handler(request)) } catch { result = .failure(error) }
      box.value.routeReturned(result)
    }
  }

  private func routeReturned(_ result: Result<HTTPExchangeResponse, any Error>) {
    task = nil
    switch result {
    case .success(let response): answer(response)
    case .failure(let error):
      let converted = RPCError(converting: error, requestID: requestName)
      server.metrics.routeFailed(converted, requestID: requestName)
      answer(server.rest.failure(converted))
    }
  }

  // MARK: Transcoded calls

  private func start(_ transcoded: TranscodedCall, _ entry: MethodEntry) {
    do throws(RESTFailure) {
      let timeout = try RESTEdge.timeout(head.headers)
      let context = RPCContext(
        method: entry.descriptor, metadata: RESTEdge.metadata(head.headers),
        deadline: timeout.map { Deadline($0) }, peer: peer, id: id, isTranscoded: true)
      guard let response else { return }
      let call = RESTCall(
        server: server, context: context, entry: entry, transcoded: transcoded,
        response: exchangeResponse(response),
        queueSize: server.limits.streamQueueSize)
      if body.isEmpty, !isGzipped {
        try call.deliver()
      } else {
        call.deliver(size: body.count) { () throws(RESTFailure) in try self.plainBody() }
      }
      self.call = call
      call.onFinished = { [self] in finish() }
      call.start()
    } catch {
      answer(transcoded.failure(error))
    }
  }

  /// Takes the body, without its content coding; inflating stops at the size limit.
  private func plainBody() throws(RESTFailure) -> [UInt8] {
    let body = self.body
    self.body = []
    guard isGzipped else { return body }
    let plain: [UInt8]
    do throws(RPCError) {
      plain = try Compression.decompress(body, from: .gzip, limit: server.limits.bodySize)
    } catch {
      guard error.code == .resourceExhausted else {
        throw RESTFailure(RPCError(.invalidArgument, "the body is not one whole gzip stream"))
      }
      server.metrics.streamEnded(.bodySize)
      throw RESTFailure(error, status: 413)
    }
    guard book(plain.count) else { throw RESTFailure(Self.tooMuchWaits) }
    return plain
  }

  // MARK: Answers

  private func fail(_ code: StatusCode, _ message: String, status: Int? = nil) {
    answer(server.rest.failure(RPCError(code, message), status: status))
  }

  private func exchangeResponse(_ stream: any ResponseStream) -> ExchangeResponse {
    ExchangeResponse(stream, to: head, requestID: id, by: server)
  }

  private func preflight(_ answer: HTTPResponseHead) {
    target = .answered
    response?.sendHead(answer, end: true)
    finish()
  }

  private func answer(_ answer: RESTResponse) {
    self.answer(HTTPExchangeResponse(answer))
  }

  private func answer(_ answer: HTTPExchangeResponse) {
    target = .answered
    guard let response else { return finish() }
    if let writing = answer.writing { return stream(answer, on: response, writing) }
    exchangeResponse(response).sendWhole(answer)
    answered(answer.status, bytes: answer.body.count)
    finish()
  }

  /// Sends the head, and has the body written behind it.
  private func stream(
    _ answer: HTTPExchangeResponse, on response: any ResponseStream,
    _ writing: @escaping HTTPExchangeResponse.BodyWriting
  ) {
    exchangeResponse(response).sendHead(
      HTTPResponseHead(status: answer.status, headers: answer.headers))
    // The head is all that a HEAD asks for.
    if isHead {
      answered(answer.status, bytes: 0)
      return finish()
    }
    let body = StreamedBody(
      response, loop: server.loop, queueSize: server.limits.streamQueueSize)
    streamed = body
    let box = LoopConfined(self)
    task = Task(executorPreference: server.executor) {
      let result: Result<Void, any Error>
      do { result = .success(try await writing(HTTPBodyWriter(body))) } catch {
        result = .failure(error)
      }
      box.value.written(body, result, answer.status)
    }
  }

  private func written(
    _ body: StreamedBody, _ result: Result<Void, any Error>, _ status: HTTPStatus
  ) {
    task = nil
    streamed = nil
    switch result {
    case .success: body.end(isWhole: true)
    case .failure(let error):
      if !(error is CancellationError) {
        let converted = RPCError(converting: error, requestID: requestName)
        server.metrics.routeFailed(converted, requestID: requestName)
      }
      body.end(isWhole: false)
    }
    answered(status, bytes: body.count)
    finish()
  }

  private func answered(_ status: HTTPStatus, bytes: Int) {
    server.metrics.answered(
      method: head.method, status: status.rawValue,
      nanoseconds: LoopInstant.readClock().nanoseconds - started.nanoseconds,
      bytes: bytes, requestID: requestName)
  }

  /// Nothing runs any more: lets go of what was held for it. Does nothing the second time.
  private func finish() {
    guard let done = whenDone else { return }
    whenDone = nil
    done()
    _ = memory.add(-bookedBytes)
    bookedBytes = 0
    body = []
    call = nil
    response = nil
  }

  // MARK: From outside

  func drained() {
    call?.resumeSenders()
    streamed?.resume()
  }

  func peerGone() {
    response = nil
    target = .answered
    body = []
    streamed?.peerGone()
    task?.cancel()
    if let call { call.peerGone("the client gave the call up") }
    if call == nil, task == nil { finish() }
  }

  /// The server stops: what runs is told to end.
  func cancel() {
    task?.cancel()
    call?.end(RPCError(.unavailable, "the server is shutting down"))
  }

  func tick(_ now: LoopInstant) {
    call?.tick(now)
    guard !isBodyWhole, started.duration(to: now) > server.limits.bodyTimeout else { return }
    if case .answered = target { return }
    isBodyWhole = true
    server.metrics.streamEnded(.bodyTimeout)
    fail(.deadlineExceeded, "the body took too long", status: 408)
  }
}
