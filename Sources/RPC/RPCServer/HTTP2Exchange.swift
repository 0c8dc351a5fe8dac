internal import EventLoop
internal import HTTP
internal import HTTP2
internal import RPCCore

/// An HTTP exchange on one HTTP/2 stream: passes bytes between the session and who answers.
final class HTTP2Exchange: StreamOwner, ResponseStream {
  private let id: HTTP2StreamID
  private let connection: HTTP2Connection
  private(set) var submittedBytes = 0
  var exchange: (any RequestResponder)?

  init(id: HTTP2StreamID, connection: HTTP2Connection) {
    self.id = id
    self.connection = connection
  }

  // MARK: StreamOwner

  func receiveData(_ bytes: UnsafeRawBufferPointer, endStream: Bool) {
    if let exchange, bytes.count > 0 { exchange.receiveBody(bytes) }
    if endStream { exchange?.endBody() }
  }

  func streamDrained() { exchange?.drained() }

  func streamClosed() {
    exchange?.peerGone()
    exchange = nil
  }

  func tick(_ now: LoopInstant) { exchange?.tick(now) }

  func cancel(_ error: RPCError) { exchange?.cancel() }

  // MARK: ResponseStream

  func sendHead(_ head: HTTPResponseHead, end: Bool) {
    connection.scheduleFlush()
    do throws(HTTP2Error) {
      let fields = HTTP2Fields(status: head.status, head.headers)
      try connection.session.submitHeaders(id, fields, endStream: end)
    } catch {
      abort()
    }
  }

  func sendBody(_ bytes: [UInt8], end: Bool) {
    connection.scheduleFlush()
    submittedBytes += bytes.count
    do throws(HTTP2Error) {
      try connection.session.submitData(id, bytes, endStream: end)
    } catch {
      abort()
    }
  }

  func abort() {
    connection.session.resetStream(id, .internalError)
    connection.scheduleFlush()
  }

  var queuedBytes: Int { connection.session.pendingSend(id) }

  func notifyDrained(atOrBelow mark: Int) -> Bool {
    connection.session.notifyDrained(id, atOrBelow: mark)
  }

  var memory: MemoryMeter { connection.memory }

  func consumed(_ count: Int) {
    connection.session.consume(id, count: count)
    connection.scheduleFlush()
  }
}
