internal import Synchronization
import Testing

@testable internal import AWS

@Suite struct CredentialCacheTests {
  /// A source whose credentials count for an hour from 0 on, or for ever; or that has none any more.
  private final class Source: Sendable {
    private let state = Mutex((asked: 0, isEmpty: false))
    private let expires: Bool

    init(expires: Bool = true) { self.expires = expires }

    var asked: Int { state.withLock { $0.asked } }

    func dryUp() { state.withLock { $0.isEmpty = true } }

    func cache() -> CredentialCache {
      CredentialCache {
        let (asked, isEmpty) = self.state.withLock { state in
          state.asked += 1
          return state
        }
        if isEmpty { throw AWSError(.noCredentials, "none") }
        return Credentials(
          accessKeyID: "\(asked)", secretAccessKey: "s",
          expiration: self.expires ? Int64(asked) * 3_600 : nil)
      }
    }
  }

  @Test func `credentials are kept until ten minutes before they expire`() async throws {
    let source = Source()
    let cache = source.cache()
    for now: Int64 in [0, 2_999] {
      #expect(try await cache.credentials(at: now).accessKeyID == "1")
    }
    #expect(try await cache.credentials(at: 3_000).accessKeyID == "2")
    #expect(source.asked == 2)
  }

  @Test func `credentials that stay are asked for each time`() async throws {
    let source = Source(expires: false)
    let cache = source.cache()
    for number in 1...3 {
      #expect(try await cache.credentials(at: 0).accessKeyID == "\(number)")
    }
  }

  @Test func `the last minutes serve when there are no others`() async throws {
    let source = Source()
    let cache = source.cache()
    _ = try await cache.credentials(at: 0)
    source.dryUp()
    #expect(try await cache.credentials(at: 3_599).accessKeyID == "1")
    await #expect(throws: AWSError.self) { try await cache.credentials(at: 3_600) }
  }

  @Test func `dropped credentials are not given again`() async throws {
    let source = Source()
    let cache = source.cache()
    _ = try await cache.credentials(at: 0)
    cache.drop()
    #expect(try await cache.credentials(at: 0).accessKeyID == "2")
  }
}
