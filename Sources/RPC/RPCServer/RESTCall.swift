internal import EventLoop
internal import Protobuf
internal import RPCCore
internal import RPCProtobuf
internal import Transcoding

/// A transcoded call: the handler speaks protobuf to its port, the client HTTP and JSON.
final class RESTCall: CallPort, @unchecked Sendable {  // as its superclass
  private let transcoded: TranscodedCall
  private let response: ExchangeResponse
  private let queueSize: Int
  /// Called once, when the handler has returned and the call is off the books.
  @exclusivity(unchecked) var onFinished: (() -> Void)?
  @exclusivity(unchecked) private var stream: RESTStream?
  @exclusivity(unchecked) private var isHeadSent = false
  @exclusivity(unchecked) private var isCut = false
  /// Gives the body, until the handler takes the request.
  @exclusivity(unchecked) private var body: (() throws(RESTFailure) -> [UInt8])?
  /// Why what the body says is no request.
  @exclusivity(unchecked) private var refusal: RESTFailure?
  @exclusivity(unchecked) private var answer: DynamicMessage?
  @exclusivity(unchecked) private var lastSent: LoopInstant

  /// A silence after which a stream gets a sign of life that is no message.
  private static let quietInterval = Duration.seconds(15)

  init(
    server: LoopServer, context: RPCContext, entry: MethodEntry, transcoded: TranscodedCall,
    response: ExchangeResponse, queueSize: Int
  ) {
    self.transcoded = transcoded
    self.response = response
    self.queueSize = queueSize
    lastSent = server.loop.now
    super.init(server: server, context: context, entry: entry)
    if transcoded.isServerStreaming { stream = transcoded.makeStream() }
  }

  override var edge: Edge { .rest }

  // MARK: Request

  /// Gives the handler a request without a body.
  func deliver() throws(RESTFailure) {
    try deliver(transcoded.request(body: []))
    deliverEnd()
  }

  /// Gives the handler its request, with the body that `body` will give: of `size` bytes as it came. To
  /// inflate and read it costs more than to send it, so the interceptors have to let the call pass first.
  func deliver(size: Int, body: @escaping () throws(RESTFailure) -> [UInt8]) {
    self.body = body
    deliver([], size: size)
    deliverEnd()
  }

  override var waitsWrapped: Bool { body != nil }

  override func opened(_ message: [UInt8]) throws -> [UInt8] {
    try read { (body) throws(RESTFailure) in try transcoded.request(body: body) }
  }

  override func takeOnlyObject() throws -> (any MessageObject)? {
    guard hasOnlyMessage, waitsWrapped else { return nil }
    _ = takeMessage()
    return try read { (body) throws(RESTFailure) in try transcoded.requestObject(body: body) }
  }

  private func read<T>(_ reading: ([UInt8]) throws(RESTFailure) -> T) throws(RPCError) -> T {
    let body = self.body
    self.body = nil
    do throws(RESTFailure) {
      return try reading(body?() ?? [])
    } catch {
      refusal = error
      throw error.error
    }
  }

  // MARK: Response

  override var takesObjects: Bool { stream == nil }

  override func sendNow(_ object: any MessageObject) throws -> Bool {
    guard takesObjects, canSendNow, let message = object as? DynamicMessage else { return false }
    answer = message
    return true
  }

  override func transmit(_ message: [UInt8]) throws {
    guard stream != nil else {
      answer = try transcoded.unpack(message)
      return
    }
    guard let chunk = try stream?.message(message) else { return }
    // The first message decides the content type of raw streams, so the head comes after it.
    sendHeadOnce()
    // The head may have ended the call.
    if let failure { throw failure }
    response.stream.sendBody(chunk, end: false)
    lastSent = loop.now
  }

  override func transmitHead(_ metadata: Metadata) throws {
    context.initialMetadata.add(contentsOf: metadata)
    if stream != nil { sendHeadOnce() }
  }

  private func sendHeadOnce() {
    guard !isHeadSent, let stream else { return }
    isHeadSent = true
    // It is all that a HEAD asks for (RFC 9110, 9.3.2): what its handler still sends goes nowhere.
    if response.isHead { peerGone("a HEAD is answered by the head alone") }
    response.sendHead(stream.head(metadata: context.initialMetadata))
  }

  override func transmitEnd(_ error: RPCError?) {
    if let error, !isHeadSent { return sendFailure(error) }
    guard stream == nil else { return endStream(error) }
    do throws(RESTFailure) {
      var metadata = context.initialMetadata
      metadata.add(contentsOf: context.trailers)
      let message = if let answer { answer } else { try transcoded.unpack([]) }
      answer = nil
      let whole = try transcoded.response(message, metadata: metadata)
      countOut(whole.body.count)
      response.sendWhole(whole, compresses: context.compressesResponses)
    } catch {
      response.sendWhole(transcoded.failure(error))
    }
  }

  private func endStream(_ error: RPCError?) {
    sendHeadOnce()
    if response.isHead { return }
    guard let last = stream?.end(error) else { return response.stream.abort() }
    response.stream.sendBody(last, end: true)
  }

  private func sendFailure(_ error: RPCError) {
    guard var refusal, refusal.error.code == error.code else {
      return response.sendWhole(transcoded.failure(withTrailers(error)))
    }
    refusal.error = withTrailers(refusal.error)
    response.sendWhole(transcoded.failure(refusal))
  }

  private func withTrailers(_ error: RPCError) -> RPCError {
    var error = error
    error.metadata.add(contentsOf: context.trailers)
    return error
  }

  override func finished() {
    // What gives a body that the handler did not take holds the exchange, and the exchange this.
    body = nil
    answer = nil
    refusal = nil
    onFinished?()
    onFinished = nil
  }

  override var isCongested: Bool { response.stream.queuedBytes > queueSize }

  override func senderWaits() {
    if !response.stream.notifyDrained(atOrBelow: queueSize / 2) { resumeSenders() }
  }

  /// Sends a sign of life on a quiet stream.
  func tick(_ now: LoopInstant) {
    guard !isEnded, isHeadSent, let stream, lastSent.duration(to: now) >= Self.quietInterval else {
      return
    }
    lastSent = now
    let sign = stream.keepAlive()
    if !sign.isEmpty { response.stream.sendBody(sign, end: false) }
  }
}
