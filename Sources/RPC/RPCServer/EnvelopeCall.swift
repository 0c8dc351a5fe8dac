internal import Connect
internal import EventLoop
internal import GRPC
internal import HTTP
internal import RPCCore

/// A call of enveloped messages, gRPC-Web or a Connect stream: the machine's answers, carried out.
final class EnvelopeCall: EdgeCall, @unchecked Sendable {  // as its superclass
  private var machine: StreamMachine
  private let acceptsGzip: Bool
  private var encoding = MessageEncoding.identity
  private var isBegun = false

  init(
    server: LoopServer, context: RPCContext, entry: MethodEntry, edge: Edge,
    machine: StreamMachine, acceptsGzip: Bool, response: ExchangeResponse,
    whenDone: @escaping () -> Void
  ) {
    self.machine = machine
    self.acceptsGzip = acceptsGzip
    super.init(
      server: server, context: context, entry: entry, edge: edge, response: response,
      whenDone: whenDone)
  }

  // MARK: Requests

  override func takeBody(_ bytes: UnsafeRawBufferPointer) { take(bytes, end: false) }

  override func takeEnd() { take(UnsafeRawBufferPointer(start: nil, count: 0), end: true) }

  private func take(_ bytes: UnsafeRawBufferPointer, end isEnd: Bool) {
    do throws(RPCError) {
      try machine.receive(bytes, end: isEnd) { message in
        take(message.bytes, compressed: message.wasCompressed)
        waitingSince = loop.now
      }
      if isEnd { deliverEnd() }
    } catch {
      refuse(error)
    }
  }

  override var partialBytes: Int { machine.partialBytes }

  override func dropPartial() { machine.discardRequest() }

  override var waitsWrapped: Bool { machine.isWrapped }

  override func opened(_ message: [UInt8]) throws -> [UInt8] {
    let wasCompressed = context.lastRequestWasCompressed
    do throws(RPCError) {
      let plain = try machine.open(message, wasCompressed: wasCompressed)
      if wasCompressed { try inflated(plain.count) }
      return plain
    } catch {
      refuse(error)
      throw error
    }
  }

  /// A stream of requests may pause between messages, but not within one.
  override var isOwed: Bool {
    !isBodyWhole && (entry.descriptor.takesOneRequest || machine.isInsideMessage)
  }

  // MARK: Responses

  override func transmit(_ message: [UInt8]) throws {
    sendHeadOnce()
    let compressed = encoding != .identity && context.compressesResponses == true
    let frame = try machine.frame(message, as: compressed ? encoding : .identity)
    response.stream.sendBody(frame, end: false)
  }

  override func transmitHead(_ metadata: Metadata) throws {
    guard !isBegun else { return }
    if !metadata.isEmpty { context.initialMetadata.add(contentsOf: metadata) }
    sendHeadOnce()
  }

  private func sendHeadOnce() {
    guard !isBegun else { return }
    isBegun = true
    if acceptsGzip, context.compressesResponses != nil { encoding = .gzip }
    let headers = machine.head(context.initialMetadata, encoding: encoding)
    response.sendHead(HTTPResponseHead(status: .ok, headers: headers))
  }

  override func transmitEnd(_ error: RPCError?) {
    let trailers = context.trailers
    if let error, !isBegun, context.initialMetadata.isEmpty,
      let headers = machine.headOnly(error, metadata: trailers)
    {
      isBegun = true
      return response.sendWhole(HTTPExchangeResponse(headers: headers))
    }
    sendHeadOnce()
    response.stream.sendBody(machine.end(error, metadata: trailers), end: true)
  }
}
