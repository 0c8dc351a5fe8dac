internal import HTTP
internal import HTTPClient
internal import Objects
internal import Telemetry

/// One object on its way to S3 in parts, one after the other. It is there whole or not at all: an
/// upload that fails or is cancelled is aborted, so that no part stays behind and is paid for.
struct S3Upload {
  /// Bytes of a part; S3 wants 5 MiB at least, and 10,000 parts at most.
  static let partSize = 8 << 20

  let bucket: S3Bucket
  let key: ObjectKey
  let link: S3Link

  /// Sends all of `source`, whose SHA-256 is `hash`. One part at a time is in memory.
  func send(_ source: some ObjectSource, hash: String) async throws {
    let answer = try await link.exchange(bucket.begin(key, hash: hash))
    guard
      let upload = S3XML.text(of: "UploadId", in: "InitiateMultipartUploadResult", answer.body)
    else { throw Self.nonsense("CreateMultipartUpload", "an upload") }
    do {
      let tags = try await sendParts(of: source, upload)
      _ = try await link.exchange(bucket.complete(upload, key, tags: tags))
    } catch {
      await abort(upload)
      throw error
    }
  }

  /// What S3 calls each part.
  private func sendParts(
    of source: some ObjectSource, _ upload: String
  ) async throws -> [String] {
    var tags: [String] = []
    for start in stride(from: 0, to: source.count, by: Self.partSize) {
      let range = start..<min(start + Self.partSize, source.count)
      let (part, hash) = try await S3Store.read(range, of: source)
      let answer = try await link.exchange(
        bucket.part(tags.count + 1, of: upload, key, part, hash: hash))
      guard let tag = answer.headers["etag"], Self.isTag(tag) else {
        throw Self.nonsense("UploadPart", "a part")
      }
      tags.append(tag)
    }
    return tags
  }

  /// In a task of its own, as the one that sends may be cancelled.
  private func abort(_ upload: String) async {
    let (link, request) = (link, bucket.abort(upload, key))
    await Task {
      do {
        _ = try await link.exchange(request)
      } catch {
        let reason = (error as? S3Failure).map { "\($0.error)" } ?? "\(error)"
        guard !reason.hasSuffix("NoSuchUpload") else { return }
        Log("objects").warning("parts of an object were left in S3", ["error": "\(reason)"])
      }
    }.value
  }

  /// A tag that stands in XML as it is.
  private static func isTag(_ tag: String) -> Bool {
    (1...256).contains(tag.utf8.count)
      && tag.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"<>&".utf8.contains($0) }
  }

  private static func nonsense(_ operation: String, _ what: String) -> S3Failure {
    S3Failure(error: AWSError(.unavailable, "s3 \(operation): the answer names not \(what)"))
  }
}
