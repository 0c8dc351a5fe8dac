internal import EventLoop
internal import Glibc
internal import HTTPClient

/// What a link to AWS needs of the world; tests have another one.
struct World: Sendable {
  var send: @Sendable (ClientRequest) async throws -> ClientResponse
  var sleep: @Sendable (Duration) async throws -> Void
  /// Seconds since 1970.
  var now: @Sendable () -> Int64
  var credentials: @Sendable () async throws -> Credentials
}

extension World {
  /// The real one, reached over `client`.
  init(credentials: CredentialChain, client: HTTPClient, loop: EventLoop) {
    self.init(
      send: { try await client.send($0) }, sleep: { try await loop.sleep(for: $0) },
      now: { Int64(time(nil)) }, credentials: { try await credentials.find() })
  }
}
