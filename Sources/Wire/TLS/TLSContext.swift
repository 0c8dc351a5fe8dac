internal import COpenSSL
internal import Synchronization

/// What the TLS sessions of one listener or one client have in common: certificate, trust, ALPN.
///
/// TLS 1.2 and 1.3 only, forward secrecy and authenticated ciphers only, no compression, no
/// renegotiation. May be used from every thread; a session keeps what it began with.
public final class TLSContext: Sendable {
  private let current: Mutex<ContextOwner>
  let isServer: Bool

  private init(_ owner: ContextOwner, isServer: Bool) {
    current = Mutex(owner)
    self.isServer = isServer
  }

  /// A server that offers `protocols` by ALPN, the preferred one first.
  ///
  /// A client that offers ALPN without any of them is refused; one without ALPN is taken.
  public static func server(
    identity: TLSIdentity, protocols: [String] = ["h2", "http/1.1"]
  ) throws(TLSError) -> TLSContext {
    TLSContext(try ContextOwner(server: identity, protocols: protocols), isServer: true)
  }

  /// A client that believes `trust`, offers `protocols`, and shows `identity` when asked for one.
  public static func client(
    trust: TLSTrust = .systemRoots, protocols: [String] = [], identity: TLSIdentity? = nil
  ) throws(TLSError) -> TLSContext {
    TLSContext(
      try ContextOwner(trust: trust, protocols: protocols, identity: identity), isServer: false)
  }

  /// Uses `identity` for sessions that begin from now on; on failure the old one stays.
  public func reload(identity: TLSIdentity) throws(TLSError) {
    precondition(isServer, "only a server's certificate is reloaded")
    let next = try ContextOwner(server: identity, protocols: owner.protocols)
    current.withLock { $0 = next }
  }

  var owner: ContextOwner { current.withLock { $0 } }
}

/// Owns one SSL_CTX and the ALPN list its callback reads.
///
/// Immutable once made: OpenSSL allows SSL_new on one SSL_CTX from several threads.
@safe
final class ContextOwner: @unchecked Sendable {  // see above; the pointer is never changed
  let raw: OpaquePointer
  let protocols: [String]
  /// Length-prefixed names, as OpenSSL and the wire want them.
  private let alpn: UnsafeMutableBufferPointer<UInt8>
  let checksName: Bool

  init(server identity: TLSIdentity, protocols: [String]) throws(TLSError) {
    unsafe raw = try Self.make(TLS_server_method(), "tls server context")
    self.protocols = protocols
    unsafe alpn = try Self.wireList(protocols)
    checksName = false
    try Self.use(identity, in: self)
    unsafe SSL_CTX_set_alpn_select_cb(
      raw,
      { _, chosen, chosenLength, offered, offeredLength, owner in
        unsafe ContextOwner.select(chosen, chosenLength, offered, offeredLength, owner)
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  init(trust: TLSTrust, protocols: [String], identity: TLSIdentity?) throws(TLSError) {
    unsafe raw = try Self.make(TLS_client_method(), "tls client context")
    self.protocols = protocols
    unsafe alpn = try Self.wireList(protocols)
    if case .pinned = trust { checksName = false } else { checksName = true }
    unsafe SSL_CTX_set_verify(raw, SSL_VERIFY_PEER, nil)
    if let identity { try Self.use(identity, in: self) }
    try Self.believe(trust, in: self)
    if let list = unsafe alpn.baseAddress, unsafe alpn.count > 0 {
      unsafe SSL_CTX_set_alpn_protos(raw, list, UInt32(alpn.count))
    }
  }

  deinit {
    unsafe SSL_CTX_free(raw)
    unsafe alpn.deallocate()
  }

  private static func make(
    _ method: OpaquePointer?, _ what: String
  ) throws(TLSError) -> OpaquePointer {
    ERR_clear_error()
    guard let raw = unsafe SSL_CTX_new(method) else {
      throw TLSError.fromQueue(.configuration, "\(what) could not be made")
    }
    let ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20"
    let isSet =
      unsafe COpenSSL_SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION) == 1
      && SSL_CTX_set_cipher_list(raw, ciphers) == 1
      && COpenSSL_SSL_CTX_set1_groups_list(raw, "X25519:P-256:P-384") == 1
    guard isSet else {
      unsafe SSL_CTX_free(raw)
      throw TLSError.fromQueue(.configuration, "\(what) refused its settings")
    }
    unsafe SSL_CTX_set_options(raw, COpenSSL_options())
    _ = unsafe COpenSSL_SSL_CTX_set_session_cache_mode(raw, Int(SSL_SESS_CACHE_OFF))
    // Sessions are not resumed, but OpenSSL would send two tickets all the same. A client that reads
    // them on one thread while it writes on another may lose what it writes (Python's websockets).
    _ = unsafe SSL_CTX_set_num_tickets(raw, 0)
    _ = unsafe COpenSSL_SSL_CTX_set_mode(
      raw,
      Int(SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER)
        | Int(SSL_MODE_RELEASE_BUFFERS))
    return unsafe raw
  }

  private static func use(_ identity: TLSIdentity, in owner: ContextOwner) throws(TLSError) {
    let context = unsafe owner.raw
    try forEachCertificate(pem: identity.certificateChain) {
      (certificate, index) throws(TLSError) in
      let result =
        unsafe index == 0
        ? SSL_CTX_use_certificate(context, certificate.raw)
        : COpenSSL_SSL_CTX_add1_chain_cert(context, certificate.raw)
      if result != 1 {
        throw TLSError.fromQueue(.configuration, "certificate \(index) cannot be used")
      }
    }
    let key = try PrivateKey(pem: identity.privateKey)
    guard unsafe SSL_CTX_use_PrivateKey(context, key.raw) == 1,
      unsafe SSL_CTX_check_private_key(context) == 1
    else { throw TLSError.fromQueue(.configuration, "private key does not fit the certificate") }
  }

  private static func believe(_ trust: TLSTrust, in owner: ContextOwner) throws(TLSError) {
    switch trust {
    case .systemRoots:
      guard unsafe SSL_CTX_set_default_verify_paths(owner.raw) == 1 else {
        throw TLSError.fromQueue(.configuration, "system certificates could not be read")
      }
    case .authorities(let pem), .pinned(let pem):
      let store = unsafe SSL_CTX_get_cert_store(owner.raw)
      try forEachCertificate(pem: pem) { (certificate, index) throws(TLSError) in
        guard unsafe X509_STORE_add_cert(store, certificate.raw) == 1 else {
          throw TLSError.fromQueue(.configuration, "authority \(index) cannot be used")
        }
      }
      // A certificate in the store is believed by itself, even when it is not a root.
      unsafe X509_STORE_set_flags(store, UInt(X509_V_FLAG_PARTIAL_CHAIN))
    }
  }

  private static func wireList(
    _ protocols: [String]
  ) throws(TLSError) -> UnsafeMutableBufferPointer<UInt8> {
    var bytes: [UInt8] = []
    for name in protocols {
      guard (1...255).contains(name.utf8.count) else {
        throw TLSError(.configuration, "alpn name has \(name.utf8.count) bytes; the limit is 255")
      }
      bytes.append(UInt8(name.utf8.count))
      bytes.append(contentsOf: name.utf8)
    }
    let list = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
    _ = unsafe list.initialize(from: bytes)
    return unsafe list
  }

  /// Takes the first of our protocols that the client offers.
  private static func select(
    _ chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
    _ chosenLength: UnsafeMutablePointer<UInt8>?, _ offered: UnsafePointer<UInt8>?,
    _ offeredLength: UInt32, _ owner: UnsafeMutableRawPointer?
  ) -> Int32 {
    guard let owner = unsafe owner else { return SSL_TLSEXT_ERR_ALERT_FATAL }
    let context = unsafe Unmanaged<ContextOwner>.fromOpaque(owner).takeUnretainedValue()
    var found: UnsafeMutablePointer<UInt8>?
    let result = unsafe SSL_select_next_proto(
      &found, chosenLength, context.alpn.baseAddress, UInt32(context.alpn.count), offered,
      offeredLength)
    unsafe chosen?.pointee = unsafe UnsafePointer(found)
    return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL
  }
}
