internal import EventLoop
internal import RPCCore
internal import Transcoding
internal import WebSocket

/// A call on a WebSocket: each message of the client is one of its requests.
///
/// An empty text message ends the requests; closing the WebSocket gives the call up. Responses are
/// records as of newline-delimited JSON, or binary messages; the last record tells the status, and
/// the code of the close frame behind it tells it again: 1000, or 4000 and the status code.
final class WebSocketCall: CallPort, @unchecked Sendable {  // as its superclass
  private let transcoded: TranscodedCall
  private let wantsBinary: Bool
  private let channel: WebSocketChannel
  private weak var carrier: (any WebSocketCarrier)?
  private let memory: MemoryMeter
  private let limits: ServerLimits
  private var whenDone: (() -> Void)?
  private var requestsEnded = false
  /// Of the messages that the handler has not taken.
  private var forms = FirstInFirstOut<Form>()
  /// What messages hold that wait for the handler.
  private var waitingBytes = 0
  private var isHolding = false
  /// When a message went either way.
  private var lastMoved: LoopInstant

  /// What a message in the inbox costs beside its bytes.
  private static let messageOverhead = 64

  init(
    _ call: WebSocketUser.Call, channel: WebSocketChannel, carrier: any WebSocketCarrier,
    whenDone: @escaping () -> Void
  ) {
    transcoded = call.transcoded
    wantsBinary = call.wantsBinary
    self.channel = channel
    self.carrier = carrier
    self.whenDone = whenDone
    memory = carrier.memory
    limits = call.server.limits
    lastMoved = call.server.loop.now
    super.init(server: call.server, context: call.context, entry: call.entry)
  }

  /// Begins; called once.
  func open() {
    // Both end with the channel's `onClose`, which lets go of them.
    channel.onMessage = { [self] message in received(message) }
    channel.onClose = { [self] _ in peerGone("the client closed the WebSocket") }
    if let deadline = context.deadline, deadline.remaining() == .zero {
      return end(RPCError(.deadlineExceeded, "the deadline passed before the call began"))
    }
    start()
    // Without a body the path has said it all.
    if !transcoded.hasBody { take([], in: .path) }
  }

  // MARK: Requests

  private func received(_ message: WebSocketMessage) {
    guard !isEnded else { return }
    carrier?.messageCame()
    lastMoved = loop.now
    if case .text([]) = message {
      requestsEnded = true
      return deliverEnd()
    }
    guard !requestsEnded else {
      return end(RPCError(.invalidArgument, "a message came behind the end of the requests"))
    }
    switch message {
    case .text(let bytes): take(bytes, in: .text)
    case .binary(let bytes): take(bytes, in: .binary)
    }
  }

  /// A message of the client's, which is not read before the handler takes it.
  private func take(_ bytes: [UInt8], in form: Form) {
    forms.append(form)
    deliver(bytes)
    hold(bytes.count)
    guard entry.descriptor.takesOneRequest, !requestsEnded else { return }
    requestsEnded = true
    deliverEnd()
  }

  // To read one costs more than to send it, so the interceptors have to let the call pass first.
  override var waitsWrapped: Bool { true }

  override func opened(_ message: [UInt8]) throws -> [UInt8] {
    do throws(RESTFailure) {
      return switch forms.popFirst() {
      case .binary: try transcoded.request(binary: message)
      case .text, .path, nil: try transcoded.request(body: message)
      }
    } catch {
      end(error.error)
      throw error.error
    }
  }

  /// A client that is faster than its handler is not read on.
  private func hold(_ count: Int) {
    guard !isInboxEmpty else { return }
    waitingBytes += count + Self.messageOverhead
    guard memory.add(count + Self.messageOverhead) else {
      return end(RPCError(.resourceExhausted, "too much waits here for its handlers"))
    }
    guard waitingBytes > limits.streamQueueSize, !isHolding else { return }
    isHolding = true
    carrier?.holdInput()
  }

  override func inboxDrained() {
    _ = memory.add(-waitingBytes)
    waitingBytes = 0
    guard isHolding else { return }
    isHolding = false
    carrier?.resumeInput()
  }

  // MARK: Responses

  override var edge: Edge { .webSocket }

  override func transmit(_ message: [UInt8]) throws {
    lastMoved = loop.now
    if wantsBinary { return channel.send(.binary(message)) }
    if let record = try transcoded.record(message) {
      channel.send(.text(record))
    } else {
      channel.send(.binary(try transcoded.data(message)))
    }
  }

  override func transmitHead(_ metadata: Metadata) throws {}

  override func transmitEnd(_ error: RPCError?) {
    channel.send(.text(transcoded.endRecord(error)))
    let code = error.map { 4000 + UInt16(clamping: min($0.code.rawValue, 99)) } ?? 1000
    channel.close(code: code, reason: error?.code.description ?? "OK")
  }

  override var isCongested: Bool { channel.bufferedBytes > limits.streamQueueSize }

  override func senderWaits() { carrier?.notifyDrained(atOrBelow: limits.streamQueueSize / 2) }

  func drained() { resumeSenders() }

  override func finished() {
    inboxDrained()
    whenDone?()
    whenDone = nil
  }

  // MARK: From outside

  /// The server stops.
  func cancel() { end(RPCError(.unavailable, "the server is shutting down")) }

  func tick(_ now: LoopInstant) {
    guard !isEnded else { return }
    let limit =
      entry.descriptor.takesOneRequest && !requestsEnded
      ? limits.bodyTimeout : limits.idleStreamTimeout
    guard let limit, lastMoved.duration(to: now) > limit else { return }
    end(RPCError(.deadlineExceeded, "no message came for too long"))
  }
}

/// What a message is written in.
private enum Form {
  case text, binary
  /// It has no bytes, since the path has said it all.
  case path
}
