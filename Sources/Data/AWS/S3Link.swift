internal import HTTPClient
internal import Synchronization

/// The way to S3: signs requests, sends them, and does so again when that can help. Any task.
final class S3Link: Sendable {
  private let world: World
  private let signer: RequestSigner
  private let credentials: CredentialCache
  /// Seconds by which S3's clock is before ours.
  private let skew = Mutex<Int64>(0)

  init(region: String, world: World) {
    self.world = world
    signer = RequestSigner(region: region, service: "s3")
    credentials = CredentialCache(find: world.credentials)
  }

  /// The good answer to a request. Throws `S3Failure` when there is none, and `CancellationError`.
  func exchange(_ request: S3Request) async throws -> ClientResponse {
    var machine = RetryMachine()
    while true {
      let failure: S3Failure
      do {
        return try await attempt(request)
      } catch let error as S3Failure {
        failure = error
      }
      switch machine.failed(failure.error, theirClock: failure.clock) {
      case .giveUp: throw failure
      case .retry(let longest): try await world.sleep(longest * Double.random(in: 0.5...1))
      case .setClock(let theirs): skew.withLock { $0 = theirs - world.now() }
      case .renewCredentials: credentials.drop()
      }
    }
  }

  private func attempt(_ request: S3Request) async throws -> ClientResponse {
    var signed = request.http
    let now = world.now()
    do {
      let credentials = try await credentials.credentials(at: now)
      try signer.sign(
        &signed, with: credentials, at: now + skew.withLock { $0 }, bodyHash: request.bodyHash)
      let answer = try await world.send(signed)
      if let failure = request.failure(answer) { throw failure }
      return answer
    } catch let error as AWSError {
      throw S3Failure(error: error)
    } catch let error as HTTPClientError {
      throw S3Failure(error: AWSError(error, "s3 \(request.operation)"))
    }
  }
}
