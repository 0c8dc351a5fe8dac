internal import COpenSSL

/// One TLS connection between two memory buffers: ciphertext in, plaintext out, and back.
///
/// States: handshaking → open → closed (the peer's close_notify came) or failed (a call threw). Lives
/// on its connection's loop. After every call `takeCiphertext` may have something to send, also
/// after a failure: the alert.
@safe
public final class TLSSession {
  /// How far the session is.
  public enum State: Sendable, Equatable {
    case handshaking
    case open
    /// The peer has said that nothing more will come; we may still send.
    case closed
    case failed
  }

  private let raw: OpaquePointer
  private let incoming: OpaquePointer
  private let outgoing: OpaquePointer
  /// Keeps the SSL_CTX's ALPN list alive, also when the context is reloaded meanwhile.
  private let context: ContextOwner
  private let isServer: Bool

  /// Where the session is in its life.
  public private(set) var state = State.handshaking

  /// A session that waits for a client.
  public convenience init(server context: TLSContext) throws(TLSError) {
    precondition(context.isServer, "a client's context cannot serve")
    try self.init(context, serverName: nil)
  }

  /// A session that will greet the server `serverName`, a DNS name or an IP address.
  public convenience init(client context: TLSContext, serverName: String) throws(TLSError) {
    precondition(!context.isServer, "a server's context cannot connect")
    try self.init(context, serverName: serverName)
    try advanceHandshake()
  }

  private init(_ context: TLSContext, serverName: String?) throws(TLSError) {
    let owner = context.owner
    ERR_clear_error()
    guard let raw = unsafe SSL_new(owner.raw), let incoming = unsafe BIO_new(BIO_s_mem()),
      let outgoing = unsafe BIO_new(BIO_s_mem())
    else { throw TLSError.fromQueue(.configuration, "tls session could not be made") }
    unsafe self.raw = raw
    unsafe self.incoming = incoming
    unsafe self.outgoing = outgoing
    self.context = owner
    isServer = context.isServer
    // Both belong to the SSL object from here on.
    unsafe SSL_set_bio(raw, incoming, outgoing)
    if isServer {
      unsafe SSL_set_accept_state(raw)
    } else {
      unsafe SSL_set_connect_state(raw)
      if let serverName { try expect(serverName) }
    }
  }

  deinit { unsafe SSL_free(raw) }

  /// Takes bytes from the network and appends the plaintext they complete to `plaintext`. What
  /// comes behind the peer's close_notify is dropped (RFC 8446, 6.1).
  public func receiveCiphertext(
    _ bytes: UnsafeRawBufferPointer, into plaintext: inout [UInt8]
  ) throws(TLSError) {
    guard state != .failed else { throw TLSError(.record, "tls session has failed before") }
    guard state != .closed else { return }
    if bytes.count > 0 {
      ERR_clear_error()
      let written = unsafe BIO_write(incoming, bytes.baseAddress, Int32(bytes.count))
      guard written == bytes.count else {
        throw fail(.fromQueue(.cryptography, "tls input buffer is out of memory"))
      }
    }
    if state == .handshaking { try advanceHandshake() }
    if state == .open { try read(into: &plaintext) }
  }

  /// Encrypts `bytes`; allowed once the handshake is done.
  public func send(_ bytes: UnsafeRawBufferPointer) throws(TLSError) {
    guard state == .open || state == .closed else {
      throw TLSError(.record, "tls session is not open for sending")
    }
    var rest = unsafe bytes
    while rest.count > 0 {
      ERR_clear_error()
      let step = min(rest.count, 1 << 20)
      let written = unsafe SSL_write(raw, rest.baseAddress, Int32(step))
      guard written > 0 else { throw fail(.fromQueue(.record, "tls record could not be written")) }
      unsafe rest = UnsafeRawBufferPointer(rebasing: rest[Int(written)...])
    }
  }

  /// Encrypts `bytes`; allowed once the handshake is done.
  public func send(_ bytes: [UInt8]) throws(TLSError) {
    unsafe try bytes.withUnsafeBufferPointer { (bytes) throws(TLSError) in
      unsafe try send(UnsafeRawBufferPointer(bytes))
    }
  }

  /// Appends what is to go to the network to `output`.
  public func takeCiphertext(into output: inout [UInt8]) {
    var start: UnsafeMutablePointer<UInt8>?
    let count = unsafe BIO_ctrl(outgoing, BIO_CTRL_INFO, 0, &start)
    guard count > 0 else { return }
    unsafe output.append(contentsOf: UnsafeBufferPointer(start: start, count: count))
    _ = unsafe BIO_ctrl(outgoing, BIO_CTRL_RESET, 0, nil)
  }

  /// Bytes of the peer that wait for the rest of their record.
  package var unreadCiphertext: Int { unsafe BIO_ctrl_pending(incoming) }

  /// Whether `takeCiphertext` has something to give.
  public var hasCiphertext: Bool { unsafe BIO_ctrl_pending(outgoing) > 0 }

  /// Says goodbye (close_notify); nothing may be sent after it.
  public func close() {
    guard state == .open || state == .closed else { return }
    ERR_clear_error()
    _ = unsafe SSL_shutdown(raw)
  }

  /// Tells that the transport has ended; throws when the peer did not say goodbye first.
  public func endOfInput() throws(TLSError) {
    guard state != .closed && state != .failed else { return }
    throw fail(TLSError(.cutShort, "connection ended without tls close_notify"))
  }

  /// The protocol ALPN settled on; nil when it settled on none.
  public var negotiatedProtocol: String? {
    var start: UnsafePointer<UInt8>?
    var count: UInt32 = 0
    unsafe SSL_get0_alpn_selected(raw, &start, &count)
    guard count > 0 else { return nil }
    return unsafe String(
      decoding: UnsafeBufferPointer(start: start, count: Int(count)), as: UTF8.self)
  }

  /// The name the client asked for (SNI), on a server; nil when it named none.
  public var requestedServerName: String? {
    guard let name = unsafe SSL_get_servername(raw, TLSEXT_NAMETYPE_host_name) else { return nil }
    return unsafe String(cString: name)
  }

  /// `TLSv1.2` or `TLSv1.3`.
  public var version: String { unsafe String(cString: SSL_get_version(raw)) }

  private func expect(_ name: String) throws(TLSError) {
    let parameters = unsafe SSL_get0_param(raw)
    // An IP address is no host name: it is not sent, and matched against the address names.
    let isAddress = unsafe X509_VERIFY_PARAM_set1_ip_asc(parameters, name) == 1
    if isAddress {
      if !context.checksName { unsafe X509_VERIFY_PARAM_set1_ip(parameters, nil, 0) }
      return
    }
    ERR_clear_error()
    guard unsafe COpenSSL_SSL_set_tlsext_host_name(raw, name) == 1,
      unsafe !context.checksName || SSL_set1_host(raw, name) == 1
    else { throw TLSError.fromQueue(.configuration, "server name cannot be used") }
  }

  private func advanceHandshake() throws(TLSError) {
    ERR_clear_error()
    let result = unsafe SSL_do_handshake(raw)
    if result == 1 {
      state = .open
      return
    }
    if unsafe SSL_get_error(raw, result) == SSL_ERROR_WANT_READ { return }
    let verdict = unsafe SSL_get_verify_result(raw)
    if !isServer, verdict != Int(X509_V_OK) {
      let text = unsafe String(cString: X509_verify_cert_error_string(verdict))
      ERR_clear_error()
      throw fail(TLSError(.verification, "server certificate was not accepted: \(text)"))
    }
    throw fail(.fromQueue(.handshake, "tls handshake failed"))
  }

  private func read(into plaintext: inout [UInt8]) throws(TLSError) {
    // A record has at most 16 KiB of plaintext.
    let room = 16 * 1024
    let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: room, alignment: 16)
    defer { unsafe scratch.deallocate() }
    while true {
      ERR_clear_error()
      let got = unsafe SSL_read(raw, scratch.baseAddress, Int32(room))
      if got > 0 {
        unsafe plaintext.append(
          contentsOf: UnsafeRawBufferPointer(rebasing: scratch[..<Int(got)]))
        continue
      }
      switch unsafe SSL_get_error(raw, got) {
      case SSL_ERROR_WANT_READ: return
      case SSL_ERROR_ZERO_RETURN:
        state = .closed
        return
      default: throw fail(.fromQueue(.record, "tls record was refused"))
      }
    }
  }

  private func fail(_ error: TLSError) -> TLSError {
    state = .failed
    return error
  }
}
