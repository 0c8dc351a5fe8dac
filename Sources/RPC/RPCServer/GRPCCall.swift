internal import EventLoop
internal import GRPC
internal import HTTP
internal import HTTP2
internal import RPCCore

/// A gRPC call on one HTTP/2 stream: the stream machine, with its answers carried out.
final class GRPCCall: CallPort, StreamOwner, @unchecked Sendable {  // as its superclass
  private let id: HTTP2StreamID
  private let connection: HTTP2Connection
  @exclusivity(unchecked) private var machine: ServerStreamMachine
  private let acceptsGzip: Bool
  @exclusivity(unchecked) private var encoding = MessageEncoding.identity
  /// Bytes that came and whose credit waits for the handler.
  @exclusivity(unchecked) private var heldCredit = 0
  @exclusivity(unchecked) private(set) var submittedBytes = 0
  @exclusivity(unchecked) private var receivedBytes = 0
  /// What messages that wait for the handler hold, what the one it has holds when that came
  /// compressed, and what of all is booked with the connection.
  @exclusivity(unchecked) private var waitingBytes = 0
  @exclusivity(unchecked) private var inflatedBytes = 0
  @exclusivity(unchecked) private var bookedBytes = 0
  private let requestEncoding: MessageEncoding
  private let messageLimit: Int

  /// What a message in the inbox costs beside its bytes.
  private static let messageOverhead = 64

  private static let plainHead = HTTP2Fields(
    status: .ok, ResponseFields.head(Metadata(), encoding: .identity))
  private static let okTrailers: HTTP2Fields = {
    var fields = HTTP2Fields()
    fields.append(ResponseFields.trailers(error: nil, metadata: Metadata()))
    return fields
  }()

  init(
    id: HTTP2StreamID, connection: HTTP2Connection, entry: MethodEntry, context: RPCContext,
    encoding: MessageEncoding, acceptsGzip: Bool, messageLimit: Int
  ) {
    self.id = id
    self.connection = connection
    machine = ServerStreamMachine(encoding: encoding, limit: messageLimit)
    self.acceptsGzip = acceptsGzip
    requestEncoding = encoding
    self.messageLimit = messageLimit
    super.init(server: connection.server, context: context, entry: entry)
  }

  // MARK: StreamOwner

  func receiveData(_ bytes: UnsafeRawBufferPointer, endStream: Bool) {
    do throws(RPCError) {
      try machine.receive(bytes, endStream: endStream) { message in
        waitingBytes += message.wireSize + Self.messageOverhead
        deliver(message.bytes, compressed: message.wasCompressed)
      }
      if endStream { deliverEnd() }
    } catch {
      if error.code == .resourceExhausted { connection.server.metrics.streamEnded(.messageSize) }
      end(error)
    }
    receivedBytes &+= bytes.count
    // A message larger than the window must still fit through: credit is held only while a whole
    // message waits for its handler.
    heldCredit += bytes.count
    if isInboxEmpty || isEnded { inboxDrained() } else { book() }
    if machine.partialBytes == 0 { connection.requestWhole(id) }
  }

  /// Tells the connection what this call holds, and gives the call up when that is too much.
  private func book() {
    guard !isEnded else { return }
    let held = waitingBytes + machine.partialBytes + inflatedBytes
    let change = held - bookedBytes
    guard change != 0 else { return }
    bookedBytes = held
    if connection.memory.add(change) || change < 0 { return }
    connection.server.metrics.streamEnded(.requestMemory)
    end(RPCError(.resourceExhausted, "too much waits on this connection for its handlers"))
  }

  /// Bytes moved so far by a request that its client has not ended; `nil` once it has.
  var unfinishedBytes: Int? {
    machine.isRequestComplete || isEnded ? nil : receivedBytes &+ submittedBytes
  }

  /// Whether the client has to send one message and the end of it.
  var takesOneMessage: Bool {
    switch entry.descriptor.kind {
    case .unary, .serverStreaming: true
    case .clientStreaming, .bidirectional: false
    }
  }

  // MARK: Compressed requests

  /// A gzip message of 4 KiB may hold 4 MiB: it is decompressed when the handler takes it.
  override var waitsWrapped: Bool { requestEncoding != .identity }

  override func opened(_ message: [UInt8]) throws -> [UInt8] {
    guard context.lastRequestWasCompressed else { return message }
    do throws(RPCError) {
      let plain = try Compression.decompress(message, from: requestEncoding, limit: messageLimit)
      // Its sender paid for less than it holds, so it stays booked until the next one or the end.
      inflatedBytes = plain.count
      book()
      if failure == nil { return plain }
    } catch {
      if error.code == .resourceExhausted { connection.server.metrics.streamEnded(.messageSize) }
      end(error)
    }
    throw failure ?? RPCError(.cancelled, "the call has ended")
  }

  func streamClosed() {
    peerGone("the client gave the call up")
  }

  func streamDrained() { resumeSenders() }

  func tick(_ now: LoopInstant) {}

  func cancel(_ error: RPCError) { end(error) }

  override func finished() {
    if bookedBytes != 0 {
      machine.discardRequest()
      _ = connection.memory.add(-bookedBytes)
      bookedBytes = 0
    }
    connection.callFinished()
  }

  // MARK: CallPort

  override func inboxDrained() {
    waitingBytes = 0
    book()
    // A client that has ended its side has no use for credit.
    guard heldCredit > 0, !machine.isRequestComplete else { return }
    connection.giveCredit(id, heldCredit)
    heldCredit = 0
  }

  override var isCongested: Bool {
    connection.session.pendingSend(id) > connection.streamQueueSize
  }

  override func senderWaits() {
    let half = connection.streamQueueSize / 2
    if !connection.session.notifyDrained(id, atOrBelow: half) { resumeSenders() }
  }

  override func transmit(_ message: [UInt8]) throws {
    if machine.send() == .headFirst { try submitHead() }
    if encoding != .identity, context.compressesResponses == true {
      let compressed = try Compression.compress(message, as: encoding)
      try submit(compressed, compressed: true)
    } else {
      try submit(message, compressed: false)
    }
    connection.scheduleFlush()
  }

  private func submit(_ message: [UInt8], compressed: Bool) throws {
    guard message.count <= Int(UInt32.max) else {
      throw RPCError(.internal, "message is \(message.count) bytes; a frame holds 4,294,967,295")
    }
    let prefix = Envelope.prefix(count: message.count, compressed: compressed)
    try withUnsafeBytes(of: prefix) { try connection.session.submitData(id, $0, message) }
    submittedBytes += message.count + Envelope.prefixSize
  }

  override func transmitHead(_ metadata: Metadata) throws {
    guard !machine.isBegun else { return }
    if !metadata.isEmpty { context.initialMetadata.add(contentsOf: metadata) }
    _ = machine.send()
    try submitHead()
    connection.scheduleFlush()
  }

  private func submitHead() throws {
    if acceptsGzip, context.compressesResponses != nil { encoding = .gzip }
    let metadata = context.initialMetadata
    if metadata.isEmpty, encoding == .identity {
      try connection.session.submitHeaders(id, Self.plainHead)
    } else {
      let head = ResponseFields.head(metadata, encoding: encoding)
      try connection.session.submitHeaders(id, HTTP2Fields(status: .ok, head))
    }
  }

  override func transmitEnd(_ error: RPCError?) {
    connection.scheduleFlush()
    // Nobody waits for what is queued behind a closed window once the deadline has passed.
    if error?.code == .deadlineExceeded, machine.isBegun, connection.session.pendingSend(id) > 0 {
      return connection.session.resetStream(id, .cancel)
    }
    let hasHead = !context.initialMetadata.isEmpty
    let trailers = context.trailers
    switch machine.finish(hasHead: hasHead, isOK: error == nil) {
    case .alreadyFinished: return
    case .trailersOnly:
      let status = error ?? RPCError(.unknown, "the call ended without a status")
      let fields = ResponseFields.trailersOnly(error: status, metadata: trailers)
      try? connection.session.submitHeaders(id, HTTP2Fields(status: .ok, fields), endStream: true)
    case .headAndTrailers: sendTrailers(error, trailers, headFirst: true)
    case .trailers: sendTrailers(error, trailers, headFirst: false)
    }
  }

  private func sendTrailers(_ error: RPCError?, _ metadata: Metadata, headFirst: Bool) {
    do {
      if headFirst { try submitHead() }
      if error == nil, metadata.isEmpty {
        try connection.session.submitTrailers(id, Self.okTrailers)
      } else {
        var fields = HTTP2Fields()
        fields.append(ResponseFields.trailers(error: error, metadata: metadata))
        try connection.session.submitTrailers(id, fields)
      }
    } catch {
      connection.session.resetStream(id, .internalError)
    }
  }
}
