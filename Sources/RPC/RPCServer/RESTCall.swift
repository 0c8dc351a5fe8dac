internal import EventLoop
internal import RPCCore
internal import Transcoding

/// A transcoded call: the handler speaks protobuf to its port, the client HTTP and JSON.
final class RESTCall: CallPort, @unchecked Sendable {  // as its superclass
  private let transcoded: TranscodedCall
  private let response: ExchangeResponse
  private let queueSize: Int
  /// Called once, when the handler has returned and the call is off the books.
  var onFinished: (() -> Void)?
  private var stream: RESTStream?
  private var isHeadSent = false
  private var isCut = false
  private var unaryMessage: [UInt8]?
  private var lastSent: LoopInstant

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

  override func transmit(_ message: [UInt8]) throws {
    guard stream != nil else {
      unaryMessage = message
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
      response.sendWhole(
        try transcoded.response(unaryMessage ?? [], metadata: metadata),
        compresses: context.compressesResponses)
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
