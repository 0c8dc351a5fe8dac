internal import CCurl
internal import EventLoop
internal import HTTP
internal import TLS

/// Owns one curl multi handle and lets a loop drive it. Loop-confined.
///
/// curl says which descriptors and what time it waits for; it is called back when they are due, and
/// never from inside one of its own callbacks.
@safe
final class CurlMulti {
  private let loop: EventLoop
  private let trust: CurlTrust
  private var raw: OpaquePointer?
  private var watchers: [curl_socket_t: FileDescriptorWatcher] = [:]
  private var timer: LoopTimer?
  private var transfers: [UnsafeMutableRawPointer: Transfer] = unsafe [:]
  private var isClosed = false

  init(loop: EventLoop, trust: TLSTrust) {
    self.loop = loop
    self.trust = CurlTrust(trust)
    _ = Self.globalInit
    unsafe raw = unsafe OpaquePointer(curl_multi_init())
    let me = unsafe Unmanaged.passUnretained(self).toOpaque()
    unsafe CCurl_multi_set_pointer(multi, CURLMOPT_SOCKETDATA, me)
    unsafe CCurl_multi_set_socket(multi) { _, fd, what, me, _ in
      unsafe Unmanaged<CurlMulti>.fromOpaque(me!).takeUnretainedValue().watch(fd, what)
      return 0
    }
    unsafe CCurl_multi_set_pointer(multi, CURLMOPT_TIMERDATA, me)
    unsafe CCurl_multi_set_timer(multi) { _, milliseconds, me in
      unsafe Unmanaged<CurlMulti>.fromOpaque(me!).takeUnretainedValue().setTimer(milliseconds)
      return 0
    }
  }

  /// Thread-safe by being a static; curl wants it before any other call.
  private static let globalInit = curl_global_init(3)  // CURL_GLOBAL_ALL, a macro with an or

  private var multi: UnsafeMutableRawPointer? {
    unsafe raw.map { unsafe UnsafeMutableRawPointer($0) }
  }

  func start(
    _ transfer: Transfer, _ continuation: CheckedContinuation<ClientResponse, any Error>
  ) {
    guard !transfer.isOver else { return continuation.resume(throwing: CancellationError()) }
    transfer.continuation = continuation
    guard !isClosed else { return fail(transfer, .stopped, "http client is closed") }
    guard let easy = unsafe transfer.prepare(trust: trust) else {
      return fail(transfer, .exchangeFailed, "curl is out of memory")
    }
    let timeout = transfer.request.timeout
    transfer.timer = loop.schedule(
      after: timeout,
      onStop: { self.fail(transfer, .stopped, "the event loop stopped during a request") }
    ) {
      self.fail(transfer, .timedOut, "no response from \(transfer.url.host) in \(timeout)")
    }
    guard !transfer.isOver else { return }
    if let silence = transfer.request.silenceTimeout { watchSilence(transfer, silence) }
    unsafe transfers[easy] = transfer
    let status = unsafe curl_multi_add_handle(multi, easy)
    if status != CURLM_OK { fail(transfer, .exchangeFailed, "curl refused the request") }
  }

  /// Looks at a transfer when its silence may be too long; a timer for each piece would cost more.
  private func watchSilence(_ transfer: Transfer, _ limit: Duration) {
    let left = LoopInstant.readClock().duration(to: transfer.lastHeard.advanced(by: limit))
    guard left > .zero else {
      let message = "nothing came from \(transfer.url.host) for \(limit)"
      return fail(transfer, .timedOut, message)
    }
    transfer.silenceTimer = loop.schedule(after: left) { self.watchSilence(transfer, limit) }
  }

  func cancel(_ transfer: Transfer) { end(transfer, .failure(CancellationError())) }

  /// Fails everything, closes every connection and frees the handle; comes before the last release.
  func close() {
    guard !isClosed else { return }
    isClosed = true
    for transfer in unsafe Array(transfers.values) {
      fail(transfer, .stopped, "http client was closed")
    }
    timer?.cancel()
    timer = nil
    for watcher in watchers.values { watcher.close() }
    watchers = [:]
    unsafe curl_multi_cleanup(multi)
    unsafe raw = nil
  }

  private func fail(_ transfer: Transfer, _ kind: HTTPClientError.Kind, _ message: String) {
    if kind == .timedOut { transfer.forbidReuse() }
    let error = HTTPClientError(
      kind, message, requestMayHaveArrived: transfer.hasSentRequest)
    end(transfer, .failure(error))
  }

  private func end(_ transfer: Transfer, _ result: Result<ClientResponse, any Error>) {
    guard !transfer.isOver else { return }
    transfer.isOver = true
    transfer.timer?.cancel()
    transfer.timer = nil
    transfer.silenceTimer?.cancel()
    transfer.silenceTimer = nil
    if let easy = unsafe transfer.rawEasy, unsafe transfers.removeValue(forKey: easy) != nil {
      unsafe curl_multi_remove_handle(multi, easy)
    }
    transfer.free()
    transfer.continuation?.resume(with: result)
    transfer.continuation = nil
  }

  private func watch(_ fd: curl_socket_t, _ what: CInt) {
    if what == CURL_POLL_REMOVE {
      watchers.removeValue(forKey: fd)?.close()
      return
    }
    guard !isClosed, let watcher = watchers[fd] ?? newWatcher(fd) else { return }
    watchers[fd] = watcher
    watcher.watch(Readiness(rawValue: Int(what) & 3))  // CURL_POLL_IN is 1, OUT 2, INOUT 3
  }

  /// Nil only when the loop stops, or curl made a descriptor that cannot be polled: the timeout
  /// then ends the request.
  private func newWatcher(_ fd: curl_socket_t) -> FileDescriptorWatcher? {
    try? FileDescriptorWatcher(loop, fd: fd) { [unowned self] ready in
      self.act(fd, CInt(ready.rawValue))  // CURL_CSELECT_IN is 1, OUT 2
    }
  }

  private func setTimer(_ milliseconds: Int) {
    timer?.cancel()
    timer = nil
    guard milliseconds >= 0, !isClosed else { return }
    timer = loop.schedule(after: .milliseconds(milliseconds)) { [unowned self] in
      self.timer = nil
      self.act(CURL_SOCKET_TIMEOUT, 0)
    }
  }

  private func act(_ fd: curl_socket_t, _ events: CInt) {
    guard let multi = unsafe multi else { return }
    var running: CInt = 0
    unsafe curl_multi_socket_action(multi, fd, events, &running)
    var queued: CInt = 0
    while let message = unsafe curl_multi_info_read(multi, &queued) {
      guard unsafe message.pointee.msg == CURLMSG_DONE,
        let easy = unsafe message.pointee.easy_handle,
        let transfer = unsafe transfers[easy]
      else { continue }
      unsafe finish(transfer, CCurl_result(message))
    }
  }

  private func finish(_ transfer: Transfer, _ code: CURLcode) {
    if code == CURLE_OK { return end(transfer, .success(transfer.finishedResponse())) }
    if transfer.isTooLarge, transfer.request.cutsLongResponses {
      return end(transfer, .success(transfer.finishedResponse()))
    }
    if transfer.isTooLarge {
      let limit = transfer.request.maxResponseBytes
      return fail(transfer, .tooLarge, "response body exceeds the limit of \(limit) bytes")
    }
    let reason = unsafe String(cString: curl_easy_strerror(code))
    let kind = CurlFailure.kind(code, sent: transfer.hasSentRequest)
    fail(transfer, kind, "request to \(transfer.url.host): \(reason)")
  }
}
