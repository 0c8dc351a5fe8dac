internal import CCurl
internal import EventLoop
internal import Glibc
internal import HTTP

/// One request under way: waiting → started → over. Loop-confined.
///
/// curl's callbacks only append to it; what they mean is decided after curl has returned.
@safe
final class Transfer {
  let request: ClientRequest
  let url: URLParts
  let onBody: (@Sendable ([UInt8]) -> Void)?
  var continuation: CheckedContinuation<ClientResponse, any Error>?
  var timer: LoopTimer?
  var silenceTimer: LoopTimer?
  var isOver = false
  private(set) var isTooLarge = false
  private(set) var easy: OpaquePointer?
  private var fields: UnsafeMutablePointer<curl_slist>?
  private var connectTo: UnsafeMutablePointer<curl_slist>?
  private var response = ClientResponse(status: HTTPStatus(rawValue: 0))
  private var received = 0
  /// When the last of the response came; before that, when the request was started.
  private(set) var lastHeard = LoopInstant.readClock()

  init(
    _ request: ClientRequest, _ url: URLParts,
    onBody: (@Sendable ([UInt8]) -> Void)?
  ) {
    self.request = request
    self.url = url
    self.onBody = onBody
  }

  deinit { free() }

  /// Makes the curl handle; nil when curl has no memory for it.
  func prepare(trust: CurlTrust) -> UnsafeMutableRawPointer? {
    lastHeard = .readClock()
    guard let raw = unsafe curl_easy_init() else { return nil }
    unsafe easy = OpaquePointer(raw)
    unsafe setTarget(raw)
    unsafe setConnection(raw)
    unsafe setLimits(raw)
    unsafe setBody(raw)
    unsafe setFields(raw)
    unsafe setCallbacks(raw)
    unsafe trust.apply(to: raw)
    return unsafe raw
  }

  var rawEasy: UnsafeMutableRawPointer? { unsafe easy.map { unsafe UnsafeMutableRawPointer($0) } }

  func free() {
    if let raw = unsafe rawEasy { unsafe curl_easy_cleanup(raw) }
    unsafe curl_slist_free_all(fields)
    unsafe curl_slist_free_all(connectTo)
    unsafe easy = nil
    unsafe fields = nil
    unsafe connectTo = nil
  }

  /// Lets the connection end with this transfer, where no other is on it. Else curl would close the stream
  /// alone, and use an HTTP/2 connection again whose server has gone without a word.
  func forbidReuse() {
    if let raw = unsafe rawEasy { unsafe CCurl_set_long(raw, CURLOPT_FORBID_REUSE, 1) }
  }

  private func setTarget(_ raw: UnsafeMutableRawPointer) {
    unsafe CCurl_set_pointer(raw, CURLOPT_URL, url.description)
    unsafe CCurl_set_long(raw, CURLOPT_PATH_AS_IS, 1)
    unsafe CCurl_set_pointer(raw, CURLOPT_PROTOCOLS_STR, "http,https")
    unsafe CCurl_set_pointer(raw, CURLOPT_PROXY, "")
    unsafe CCurl_set_long(raw, CURLOPT_FOLLOWLOCATION, 0)
    unsafe CCurl_set_long(raw, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
    guard let auth = request.basicAuth else { return }
    unsafe CCurl_set_long(raw, CURLOPT_HTTPAUTH, 1)  // CURLAUTH_BASIC, a macro with a cast
    unsafe CCurl_set_pointer(raw, CURLOPT_USERNAME, auth.user)
    unsafe CCurl_set_pointer(raw, CURLOPT_PASSWORD, auth.password)
  }

  private func setConnection(_ raw: UnsafeMutableRawPointer) {
    unsafe watchPeer(raw)
    if let address = request.connectAddress {
      // Any host and port: curl may spell the host in another way than the URL does.
      unsafe connectTo = unsafe curl_slist_append(nil, "::\(address.authority):")
      unsafe CCurl_set_pointer(raw, CURLOPT_CONNECT_TO, connectTo)
    }
    guard request.isSentOnce || request.connectAddress != nil else { return }
    // Curl_retry_request: what got no byte back on a kept connection is sent again.
    unsafe CCurl_set_long(raw, CURLOPT_FRESH_CONNECT, 1)
    unsafe CCurl_set_long(raw, CURLOPT_FORBID_REUSE, 1)
  }

  /// Breaks a connection whose peer acknowledges nothing, whether it is in use or kept; the system alone
  /// would try for a quarter of an hour, and never while nothing is sent.
  private func watchPeer(_ raw: UnsafeMutableRawPointer) {
    unsafe CCurl_set_long(raw, CURLOPT_TCP_KEEPALIVE, 1)
    unsafe CCurl_set_long(raw, CURLOPT_TCP_KEEPIDLE, Self.peerSilence)
    unsafe CCurl_set_long(raw, CURLOPT_TCP_KEEPINTVL, Self.peerSilence / 2)
    unsafe CCurl_set_sockopt(raw) { _, fd, _ in
      var milliseconds = CUnsignedInt(Transfer.peerSilence * 1000)
      unsafe setsockopt(
        fd, CInt(IPPROTO_TCP), TCP_USER_TIMEOUT, &milliseconds,
        socklen_t(MemoryLayout<CUnsignedInt>.size))
      return 0  // CURL_SOCKOPT_OK
    }
  }

  /// Seconds after which a peer that acknowledges nothing counts as gone.
  private static let peerSilence = 10

  /// The whole time is ours to watch, on the loop's timers; curl watches connecting alone.
  private func setLimits(_ raw: UnsafeMutableRawPointer) {
    let connecting = min(request.connectTimeout, request.timeout)
    unsafe CCurl_set_long(
      raw, CURLOPT_CONNECTTIMEOUT_MS, max(1, Int(connecting.inNanoseconds / 1_000_000)))
    unsafe CCurl_set_long(raw, CURLOPT_NOSIGNAL, 1)
    // Else giving up a request whose name is being resolved holds the loop until the resolver ends.
    unsafe CCurl_set_long(raw, CURLOPT_QUICK_EXIT, 1)
    unsafe CCurl_set_long(raw, CURLOPT_TCP_NODELAY, 1)
  }

  private func setBody(_ raw: UnsafeMutableRawPointer) {
    if !request.body.isEmpty || ["POST", "PUT", "PATCH"].contains(request.method) {
      unsafe CCurl_set_size(raw, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request.body.count))
      unsafe request.body.withUnsafeBytes { bytes in
        var empty: UInt8 = 0
        _ = unsafe withUnsafePointer(to: &empty) {
          unsafe CCurl_set_pointer(
            raw, CURLOPT_COPYPOSTFIELDS, bytes.baseAddress ?? UnsafeRawPointer($0))
        }
      }
    } else if request.method == "HEAD" {
      unsafe CCurl_set_long(raw, CURLOPT_NOBODY, 1)
      return
    }
    unsafe CCurl_set_pointer(raw, CURLOPT_CUSTOMREQUEST, request.method)
  }

  private func setFields(_ raw: UnsafeMutableRawPointer) {
    // curl would wait a second for 100 Continue, and name a content type of its own.
    var lines = ["Expect:"]
    if !request.headers.contains("content-type") { lines.append("Content-Type:") }
    if !request.headers.contains("accept") { lines.append("Accept: */*") }
    for field in request.headers {
      lines.append(field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
    }
    for line in lines { unsafe fields = unsafe curl_slist_append(fields, line) }
    unsafe CCurl_set_pointer(raw, CURLOPT_HTTPHEADER, fields)
  }

  private func setCallbacks(_ raw: UnsafeMutableRawPointer) {
    let me = unsafe Unmanaged.passUnretained(self).toOpaque()
    unsafe CCurl_set_pointer(raw, CURLOPT_PRIVATE, me)
    unsafe CCurl_set_pointer(raw, CURLOPT_WRITEDATA, me)
    unsafe CCurl_set_pointer(raw, CURLOPT_HEADERDATA, me)
    unsafe CCurl_set_write(raw, CURLOPT_WRITEFUNCTION) { bytes, size, count, me in
      let transfer = unsafe Unmanaged<Transfer>.fromOpaque(me!).takeUnretainedValue()
      return unsafe transfer.takeBody(UnsafeRawBufferPointer(start: bytes, count: size * count))
    }
    unsafe CCurl_set_write(raw, CURLOPT_HEADERFUNCTION) { bytes, size, count, me in
      let transfer = unsafe Unmanaged<Transfer>.fromOpaque(me!).takeUnretainedValue()
      return unsafe transfer.takeLine(
        Array(UnsafeRawBufferPointer(start: bytes, count: size * count)))
    }
  }

  /// Answers how much was taken; another number than was given makes curl give up.
  private func takeBody(_ bytes: UnsafeRawBufferPointer) -> Int {
    received += bytes.count
    lastHeard = .readClock()
    guard received <= request.maxResponseBytes else {
      isTooLarge = true
      if request.cutsLongResponses {
        let room = request.maxResponseBytes - (received - bytes.count)
        unsafe response.body.append(contentsOf: bytes.prefix(room))
      }
      return 0
    }
    if let onBody, isSuccess {
      unsafe onBody(Array(bytes))
    } else {
      unsafe response.body.append(contentsOf: bytes)
    }
    return bytes.count
  }

  /// A header line. A status line begins anew: an interim answer came before.
  private func takeLine(_ bytes: [UInt8]) -> Int {
    lastHeard = .readClock()
    if bytes.starts(with: "HTTP/".utf8), !bytes.prefix(12).contains(UInt8(ascii: ":")) {
      response.headers = HTTPHeaders()
      return bytes.count
    }
    guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else { return bytes.count }
    let isSpace = { (byte: UInt8) in byte == 32 || byte == 9 || byte == 13 || byte == 10 }
    let value = bytes[(colon + 1)...].drop(while: isSpace)
    let end = value.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? value.startIndex
    response.headers.add(
      String(decoding: bytes[..<colon], as: UTF8.self),
      String(decoding: value[value.startIndex..<end], as: UTF8.self))
    return bytes.count
  }

  /// The response, once curl says that it is complete.
  func finishedResponse() -> ClientResponse {
    response.status = HTTPStatus(rawValue: statusCode)
    return response
  }

  /// Of the last status line that came; 0 before the first.
  private var statusCode: Int {
    var code = 0
    if let raw = unsafe rawEasy { unsafe CCurl_get_long(raw, CURLINFO_RESPONSE_CODE, &code) }
    return code
  }

  private var isSuccess: Bool { (200...299).contains(statusCode) }

  /// Whether any byte of the request went out.
  var hasSentRequest: Bool {
    var size = 0
    if let raw = unsafe rawEasy { unsafe CCurl_get_long(raw, CURLINFO_REQUEST_SIZE, &size) }
    return size > 0
  }
}
