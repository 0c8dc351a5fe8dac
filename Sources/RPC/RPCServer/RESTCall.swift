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
  /// The request message, until the handler takes it, where the body alone says it.
  @exclusivity(unchecked) private var request: DynamicMessage?
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

  /// Gives the handler its request, which came in `body`.
  func deliver(body: [UInt8]) throws(RESTFailure) {
    if let whole = try transcoded.wholeRequest(body: body) {
      request = whole
      deliver([], size: body.count)
    } else {
      try deliver(transcoded.request(body: body))
    }
    deliverEnd()
  }

  override var waitsWrapped: Bool { request != nil }

  override func opened(_ message: [UInt8]) throws -> [UInt8] {
    defer { request = nil }
    return request?.serializedBytes() ?? message
  }

  override func takeOnlyObject() -> (any MessageObject)? {
    guard hasOnlyMessage, let request else { return nil }
    _ = takeMessage()
    self.request = nil
    return request
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
    response.sendHead(stream.head(metadata: context.initialMetadata))
  }

  override func transmitEnd(_ error: RPCError?) {
    if let error, !isHeadSent {
      return response.sendWhole(transcoded.failure(withTrailers(error)))
    }
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
    guard let last = stream?.end(error) else { return response.stream.abort() }
    response.stream.sendBody(last, end: true)
  }

  private func withTrailers(_ error: RPCError) -> RPCError {
    var error = error
    error.metadata.add(contentsOf: context.trailers)
    return error
  }

  override func finished() {
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
