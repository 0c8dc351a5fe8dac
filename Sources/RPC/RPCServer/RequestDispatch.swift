internal import Connect
internal import EventLoop
internal import GRPC
internal import HTTP
internal import RPCCore
internal import RPCProtobuf
internal import Transcoding

/// Finds who answers a request that is not gRPC: the one place where content types are told apart.
///
/// gRPC-Web and Connect streams by their content type; a Connect call by `application/proto` or
/// `application/json` on the path of a method, a Connect GET by its query on such a path; everything
/// else is plain routes and REST.
struct RequestDispatch {
  let server: LoopServer
  let head: HTTPRequestHead
  let peer: String
  let stream: any ResponseStream
  let whenDone: () -> Void

  private var errors: ConnectError { server.core.connectErrors }

  func responder() -> any RequestResponder {
    let media = MediaType(head.headers["content-type"])
    switch media {
    case .web, .stream: return enveloped(media)
    case .unary(let codec) where head.method == "POST":
      if let entry = method() { return unary(codec, entry) }
      if codec == .proto || saysConnect { return refuse(Self.noMethod, status: .notFound) }
    case .unary where saysConnect && !isGet:
      if let entry = method() { return refuse(.methodNotAllowed, ["allow": entry.verbs]) }
    case .unknownCodec: return refuse(.unsupportedMediaType, ["accept-post": MediaType.accepted])
    case .unary, .other: break
    }
    if isGet, ConnectQuery.isOne(head.query) {
      if let entry = method() { return get(entry) }
      if saysConnect { return refuse(Self.noMethod, status: .notFound) }
    }
    return HTTPExchange(
      server: server, head: head, peer: peer, response: stream, whenDone: whenDone)
  }

  private var isGet: Bool { head.method == "GET" || head.method == "HEAD" }

  /// Whether the client says that it speaks Connect. It need not, but no client of REST does.
  private var saysConnect: Bool {
    head.headers["connect-protocol-version"] != nil || ConnectQuery.namesProtocol(head.query)
  }

  private func method() -> MethodEntry? { server.methods.find(String(head.path)) }

  // MARK: Enveloped

  private func enveloped(_ media: MediaType) -> any RequestResponder {
    var isWeb = false
    var codec = Codec.proto
    switch media {
    case .web(let named, _): (isWeb, codec) = (true, named)
    case .stream(let named): codec = named
    default: break
    }
    guard head.method == "POST" else { return refuse(.methodNotAllowed, ["allow": "POST"]) }
    guard let entry = method() else { return refuse(Self.noMethod, media, isWeb) }
    guard let payload = PayloadCodec(codec, entry.binding),
      isWeb || entry.descriptor.kind != .unary
    else { return refuse(.unsupportedMediaType, ["accept-post": MediaType.accepted]) }
    do throws(RPCError) {
      let call =
        isWeb
        ? try CallHead(web: head.headers) : try CallHead(connect: head.headers, isStream: true)
      let machine = StreamMachine(
        media: media, codec: payload, errors: errors, encoding: call.encoding,
        limit: server.limits.messageSize)
      let id = server.nextRequestID()
      return EnvelopeCall(
        server: server, context: context(entry, call, id), entry: entry,
        edge: isWeb ? .web : .connect, machine: machine, acceptsGzip: call.acceptsGzip,
        response: response(id), whenDone: whenDone)
    } catch {
      return refuse(error, media, isWeb)
    }
  }

  // MARK: Connect, one message each way

  private func unary(_ codec: Codec, _ entry: MethodEntry) -> any RequestResponder {
    guard entry.descriptor.kind == .unary, let payload = PayloadCodec(codec, entry.binding) else {
      return refuse(.unsupportedMediaType, ["accept-post": MediaType.accepted])
    }
    do throws(RPCError) {
      let call = try CallHead(connect: head.headers, isStream: false)
      if let text = head.headers["content-length"], let length = Int(text),
        length > server.limits.messageSize
      {
        server.metrics.streamEnded(.messageSize)
        throw RPCError(
          .resourceExhausted,
          "message is \(length) bytes; the limit is \(server.limits.messageSize)")
      }
      let unary = UnaryCall(
        codec: codec, payload: payload, errors: errors, encoding: call.encoding,
        acceptsGzip: call.acceptsGzip, limit: server.limits.messageSize)
      return self.call(entry, call, unary, query: nil)
    } catch {
      return refuse(error)
    }
  }

  private func get(_ entry: MethodEntry) -> any RequestResponder {
    guard entry.isRead else { return refuse(.methodNotAllowed, ["allow": entry.verbs]) }
    let query: ConnectQuery
    do throws(ConnectQuery.Failure) {
      query = try ConnectQuery(head.query ?? "")
    } catch {
      return refuse(error.error, status: error.status)
    }
    guard let payload = PayloadCodec(query.codec, entry.binding) else {
      return refuse(.unsupportedMediaType, HTTPHeaders())
    }
    do throws(RPCError) {
      let call = try CallHead(connect: head.headers, isStream: false)
      let unary = UnaryCall(
        codec: query.codec, payload: payload, errors: errors, encoding: query.encoding,
        acceptsGzip: call.acceptsGzip, limit: server.limits.messageSize,
        conditional: (head.headers.tokens("if-none-match"), entry.binding?.output))
      return self.call(entry, call, unary, query: query.message)
    } catch {
      return refuse(error)
    }
  }

  private func call(
    _ entry: MethodEntry, _ call: CallHead, _ unary: UnaryCall, query: [UInt8]?
  ) -> any RequestResponder {
    let id = server.nextRequestID()
    return ConnectUnaryCall(
      server: server, context: context(entry, call, id), entry: entry, unary: unary, query: query,
      response: response(id), whenDone: whenDone)
  }

  // MARK: Parts

  private func context(_ entry: MethodEntry, _ call: CallHead, _ id: RequestID) -> RPCContext {
    RPCContext(
      method: entry.descriptor, metadata: call.metadata,
      deadline: call.timeout.map { Deadline(.nanoseconds($0)) }, peer: peer, id: id)
  }

  private func response(_ id: RequestID) -> ExchangeResponse {
    ExchangeResponse(stream, to: head, requestID: id, by: server)
  }

  // MARK: Refusals

  private static let noMethod = RPCError(.unimplemented, "this server has no such method")

  /// An answer of HTTP alone.
  private func refuse(_ status: HTTPStatus, _ headers: HTTPHeaders) -> any RequestResponder {
    answer(HTTPExchangeResponse(status: status, headers: headers))
  }

  /// A Connect error; `status` where the code's own is not right.
  private func refuse(_ error: RPCError, status: HTTPStatus? = nil) -> any RequestResponder {
    let id = server.nextRequestID()
    server.metrics.rejected(error, requestID: id, edge: .connect)
    return answer(
      HTTPExchangeResponse(
        status: status ?? ConnectError.status(error.code), contentType: "application/json",
        body: errors.body(error)), id)
  }

  /// An error in the form of `media`.
  private func refuse(
    _ error: RPCError, _ media: MediaType, _ isWeb: Bool
  ) -> any RequestResponder {
    let id = server.nextRequestID()
    server.metrics.rejected(error, requestID: id, edge: isWeb ? .web : .connect)
    let machine = StreamMachine(refusing: media, errors: errors)
    if let headers = machine.headOnly(error) {
      return answer(HTTPExchangeResponse(headers: headers), id)
    }
    return answer(
      HTTPExchangeResponse(contentType: media.name, body: machine.end(error)), id)
  }

  /// Answers as somebody else has decided.
  func refusal(_ answer: HTTPExchangeResponse) -> any RequestResponder { self.answer(answer) }

  private func answer(
    _ answer: HTTPExchangeResponse, _ id: RequestID? = nil
  ) -> any RequestResponder {
    RefusedRequest(answer, response(id ?? server.nextRequestID()), whenDone: whenDone)
  }
}
