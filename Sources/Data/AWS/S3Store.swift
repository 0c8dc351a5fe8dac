internal import Buffers
package import EventLoop
internal import HTTP
package import HTTPClient
package import Objects
internal import TLS

/// Objects in a bucket of S3. Any task.
///
/// What is put carries the hash of its bytes: S3 holds what arrives against it, and what is got is held
/// against it again. S3 is asked up to four times before an error.
package struct S3Store: ObjectStore {
  /// What becomes of a bucket that is tried.
  package enum Trial: Sendable, Equatable {
    case ready
    /// It is not one that we can use, and will not be by itself: why, in words.
    case wrong(String)
    /// S3 gives no answer now.
    case silent(String)
  }

  /// Bytes up to which an object is sent in one request.
  private static let largestPut = 16 << 20

  private let bucket: S3Bucket
  private let link: S3Link

  /// A store in `bucket`, reached over `client`.
  package init(
    bucket: S3Bucket, credentials: CredentialChain, client: HTTPClient, loop: EventLoop
  ) {
    self.init(
      bucket: bucket,
      world: World(credentials: credentials, client: client, loop: loop))
  }

  init(bucket: S3Bucket, world: World) {
    self.bucket = bucket
    link = S3Link(region: bucket.region, world: world)
  }

  package func put(_ source: some ObjectSource, key: ObjectKey) async throws {
    try await Self.telling("put", key) {
      guard source.count > Self.largestPut else {
        let (bytes, hash) = try await Self.read(0..<source.count, of: source)
        _ = try await link.exchange(bucket.put(key, bytes, hash: hash))
        return
      }
      let hash = try await Self.hash(source)
      try await S3Upload(bucket: bucket, key: key, link: link).send(source, hash: hash)
    }
  }

  package func open(_ key: ObjectKey) async throws -> any ObjectReader {
    let reader = try S3Reader(bucket: bucket, key: key, link: link)
    try await Self.telling("get", key) { try await reader.begin() }
    return reader
  }

  package func delete(_ key: ObjectKey) async throws {
    do {
      _ = try await Self.telling("delete", key) { try await link.exchange(bucket.delete(key)) }
    } catch let error as ObjectError where error.kind == .notFound {
      return
    }
  }

  /// A part of an object that is put, and its hash.
  static func read(
    _ range: Range<Int>, of source: some ObjectSource
  ) async throws -> (bytes: [UInt8], hash: String) {
    try await blocking {
      let bytes = try source.read(range)
      return (bytes, Hex.encode(Digest.sha256(bytes)))
    }
  }

  /// The hash of all of it, which is read for that from end to end.
  private static func hash(_ source: some ObjectSource) async throws -> String {
    try await blocking {
      var digest = try StreamingSHA256()
      try source.forEachPiece(of: S3Upload.partSize) { digest.update($0) }
      return Hex.encode(digest.finish())
    }
  }

  /// Only S3's own word makes an object one that is not there: a missing bucket has the same status.
  static func telling<T: Sendable>(
    _ verb: String, _ key: ObjectKey, _ work: () async throws -> T
  ) async throws -> T {
    do {
      return try await work()
    } catch let failure as S3Failure {
      guard failure.error.kind != .refused(code: "NoSuchKey") else {
        throw ObjectError(.notFound, "there is no object \(key.text)")
      }
      throw ObjectError(.unavailable, "cannot \(verb) \(key.text): \(failure.error)")
    }
  }
}

extension S3Store {
  /// Asks for the bucket itself, which takes the right to list it.
  package func tryBucket() async throws -> Trial {
    do {
      _ = try await link.exchange(bucket.head())
      return .ready
    } catch let failure as S3Failure {
      return trial(failure)
    }
  }

  private func trial(_ failure: S3Failure) -> Trial {
    if let region = failure.region, region != bucket.region {
      return .wrong("the bucket \(bucket.name) is not in the region \(bucket.region)")
    }
    switch failure.error.kind {
    case .noCredentials: return .wrong("\(failure.error)")
    case .refused("404"): return .wrong("there is no bucket \(bucket.name)")
    case .refused("403"):
      return .wrong("the AWS credentials are wrong or may not list the bucket \(bucket.name)")
    case .refused where !failure.error.isTransient:
      return .wrong("the bucket \(bucket.name) cannot be used: \(failure.error)")
    case .refused, .unavailable: return .silent("\(failure.error)")
    }
  }
}
