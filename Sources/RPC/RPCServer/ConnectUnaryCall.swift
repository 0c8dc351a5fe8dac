internal import Connect
internal import EventLoop
internal import HTTP
internal import RPCCore

/// A Connect call of one message each way: gathers the body, answers whole.
final class ConnectUnaryCall: EdgeCall, @unchecked Sendable {  // as its superclass
  private let unary: UnaryCall
  /// The message of a GET, from its query; a POST has it in its body.
  private let query: [UInt8]?
  private var body: [UInt8] = []
  private var answer: [UInt8]?

  init(
    server: LoopServer, context: RPCContext, entry: MethodEntry, unary: UnaryCall,
    query: [UInt8]?, response: ExchangeResponse, whenDone: @escaping () -> Void
  ) {
    self.unary = unary
    self.query = query
    super.init(
      server: server, context: context, entry: entry, edge: .connect, response: response,
      whenDone: whenDone)
  }

  override func begin() {
    super.begin()
    if let query, !isEnded { takeRequest(query) }
  }

  override func takeBody(_ bytes: UnsafeRawBufferPointer) {
    guard query == nil else { return }
    guard body.count + bytes.count <= limits.messageSize else {
      body = []
      return refuse(
        RPCError(.resourceExhausted, "message is larger than \(limits.messageSize) bytes"))
    }
    body.append(contentsOf: bytes)
  }

  override func takeEnd() {
    guard query == nil else { return }
    let whole = body
    body = []
    takeRequest(whole)
  }

  private func takeRequest(_ bytes: [UInt8]) {
    do throws(RPCError) {
      let message = waitsWrapped ? bytes : try unary.request(bytes)
      take(message, compressed: unary.isRequestCompressed)
      deliverEnd()
    } catch {
      refuse(error)
    }
  }

  /// What costs more than its bytes is read once the interceptors have let the call pass.
  override var waitsWrapped: Bool { unary.isRequestCompressed || unary.isJSON }

  override func opened(_ message: [UInt8]) throws -> [UInt8] {
    do throws(RPCError) {
      let plain = try unary.request(message)
      if unary.isRequestCompressed { try inflated(plain.count) }
      return plain
    } catch {
      refuse(error)
      throw error
    }
  }

  override var partialBytes: Int { body.count }

  override func dropPartial() { body = [] }

  override var isOwed: Bool { !isBodyWhole && query == nil }

  // MARK: CallPort

  override func transmit(_ message: [UInt8]) throws { answer = message }

  override func transmitHead(_ metadata: Metadata) throws {
    context.initialMetadata.add(contentsOf: metadata)
  }

  override func transmitEnd(_ error: RPCError?) {
    do throws(RPCError) {
      if let error { throw error }
      guard let answer else { throw RPCError(.internal, "the method gave no response message") }
      send(
        try unary.answer(
          answer, initial: context.initialMetadata, trailers: context.trailers,
          compresses: context.compressesResponses))
    } catch {
      send(
        unary.failure(error, initial: context.initialMetadata, trailers: context.trailers))
    }
  }

  private func send(_ answer: (head: HTTPResponseHead, body: [UInt8])) {
    response.sendWhole(
      HTTPExchangeResponse(
        status: answer.head.status, headers: answer.head.headers, body: answer.body),
      compresses: context.compressesResponses)
  }
}
