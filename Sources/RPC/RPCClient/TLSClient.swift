internal import TLS

/// The TLS side of a channel: whom it believes, which name it asks for, ALPN `h2`.
struct TLSClient {
  private let context: TLSContext
  private let serverName: String

  init(_ settings: ClientTLS, host: String) throws {
    context = try TLSContext.client(trust: settings.trust, protocols: ["h2"])
    serverName = settings.serverName ?? host
  }

  /// A session that has its greeting ready to send.
  func makeSession() throws(TLSError) -> TLSSession {
    try TLSSession(client: context, serverName: serverName)
  }
}
