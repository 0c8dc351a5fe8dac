internal import Buffers
internal import EventLoop
internal import HTTP
internal import HTTPClient
internal import Objects
internal import Synchronization
internal import TLS

/// An object that comes from S3 in pieces, each a request of its own: nothing is sent that is not wanted
/// yet, and trouble costs one piece.
final class S3Reader: ObjectReader {
  private struct State: ~Copyable {
    /// What came with the answer that began it, until it is taken.
    var first: [UInt8]?
    /// Bytes that were taken, of `size`.
    var taken = 0
    var size = 0
    /// What S3 calls the object that was begun.
    var tag: String?
    /// Of all its bytes, as it was put; nil where somebody else put it.
    var hash: String?
    /// Of the bytes that were taken; nil once it was told.
    var digest: StreamingSHA256?
  }

  private let bucket: S3Bucket
  private let key: ObjectKey
  private let link: S3Link
  private let state: Mutex<State>

  init(bucket: S3Bucket, key: ObjectKey, link: S3Link) throws {
    self.bucket = bucket
    self.key = key
    self.link = link
    state = Mutex(State(digest: try StreamingSHA256()))
  }

  /// Asks for the first piece. Throws `S3Failure` when there is none.
  func begin() async throws {
    do {
      let answer = try await link.exchange(bucket.get(key, from: 0, tag: nil))
      guard let part = S3Part(answer, from: 0) else { throw Self.nonsense }
      state.withLock {
        $0.first = answer.body
        $0.size = part.size
        $0.tag = answer.headers["etag"]
        $0.hash = answer.headers[S3Request.hashHeader]
      }
    } catch let failure as S3Failure where failure.error.kind == .refused(code: "InvalidRange") {
      // There is no first byte: the object is empty.
      return
    }
  }

  func next() async throws -> [UInt8]? {
    guard let piece = try await S3Store.telling("get", key, nextPiece) else { return nil }
    guard try await blocking({ self.take(piece) }) else {
      throw ObjectError(.unavailable, "cannot get \(key.text): it is not what was put")
    }
    return piece
  }

  private func nextPiece() async throws -> [UInt8]? {
    let (first, taken, size, tag) = state.withLock {
      ($0.first.take(), $0.taken, $0.size, $0.tag)
    }
    guard taken < size else { return nil }
    if let first { return first }
    let answer = try await link.exchange(bucket.get(key, from: taken, tag: tag))
    guard S3Part(answer, from: taken)?.size == size else { throw Self.nonsense }
    return answer.body
  }

  /// Adds a piece to what was taken; false when that was the last and all of it is not what was put.
  private func take(_ piece: [UInt8]) -> Bool {
    state.withLock { state in
      state.digest?.update(piece)
      state.taken += piece.count
      guard state.taken == state.size, let hash = state.hash,
        let digest = state.digest.take()?.finish()
      else { return true }
      return Hex.encode(digest) == hash
    }
  }

  private static let nonsense = S3Failure(
    error: AWSError(.unavailable, "s3 GetObject: the answer has not the bytes that were asked for"))
}

/// The part of an object that an answer has, held against what was asked for.
struct S3Part: Equatable {
  /// Bytes of the whole object.
  let size: Int

  /// Nil for an answer that does not begin at `offset`, or has not a whole piece before the object's end.
  init?(_ answer: ClientResponse, from offset: Int) {
    guard answer.status.rawValue == 206, let range = answer.headers["content-range"],
      range.hasPrefix("bytes ")
    else { return nil }
    let numbers = range.dropFirst("bytes ".count).split(
      omittingEmptySubsequences: false, whereSeparator: { "-/".contains($0) }
    ).map { Int($0) }
    guard numbers.count == 3, let first = numbers[0], let last = numbers[1], let size = numbers[2],
      first == offset, last < size,
      last == min(offset.addingReportingOverflow(ObjectPiece.size).partialValue, size) - 1,
      answer.body.count == last - first + 1
    else { return nil }
    self.size = size
  }
}
