internal import HTTP
internal import HTTPClient
internal import Objects
import Testing

@testable internal import AWS

@Suite struct S3StoreTests {
  private static let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
  private static let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

  private let key: ObjectKey

  init() throws { key = try #require(ObjectKey("mer_1/recordings/call_2.spool")) }

  private func error(_ work: () async throws -> Void) async -> ObjectError? {
    await #expect(throws: ObjectError.self) { try await work() }
  }

  // MARK: Requests

  @Test func `a put says its hash, its encryption and nothing else`() async throws {
    let script = AWSScript(.fine())
    try await script.store().put(Array("abc".utf8), key: key)
    let request = try #require(script.requests.first)
    #expect(request.method == "PUT")
    #expect(
      request.url
        == "https://bucket.s3.ap-south-1.amazonaws.com/mer_1/recordings/call_2.spool")
    #expect(request.body == Array("abc".utf8))
    var headers = request.headers
    #expect(
      headers["authorization"]?.hasPrefix(
        "AWS4-HMAC-SHA256 Credential=AKID1/20261122/ap-south-1/s3/aws4_request, SignedHeaders="
          + "content-type;host;x-amz-content-sha256;x-amz-date;x-amz-meta-sha256;"
          + "x-amz-security-token;x-amz-server-side-encryption, Signature=") == true)
    headers.remove("authorization")
    let fields = headers.map { "\($0.name): \($0.value)" }.sorted()
    #expect(
      fields == [
        "content-type: application/octet-stream", "x-amz-content-sha256: \(Self.abc)",
        "x-amz-date: 20261122T101530Z", "x-amz-meta-sha256: \(Self.abc)",
        "x-amz-security-token: TOKEN", "x-amz-server-side-encryption: AES256",
      ])
  }

  @Test func `a key of KMS is named with each new object`() async throws {
    let script = AWSScript(.fine())
    try await script.store(encryption: .kms(key: "alias/voice")).put([], key: key)
    let headers = try #require(script.requests.first).headers
    #expect(headers["x-amz-server-side-encryption"] == "aws:kms")
    #expect(headers["x-amz-server-side-encryption-aws-kms-key-id"] == "alias/voice")
    #expect(headers["x-amz-server-side-encryption-bucket-key-enabled"] == "true")
    #expect(headers["x-amz-content-sha256"] == Self.empty)
  }

  @Test(
    arguments: [
      (nil, "bucket", "https://bucket.s3.ap-south-1.amazonaws.com/a/b"),
      (nil, "a.bucket", "https://s3.ap-south-1.amazonaws.com/a.bucket/a/b"),
      ("http://127.0.0.1:9000", "bucket", "http://127.0.0.1:9000/bucket/a/b"),
      ("https://s3.test/", "bucket", "https://s3.test/bucket/a/b"),
    ] as [(String?, String, String)])
  func `an object has one address`(endpoint: String?, bucket: String, url: String) async throws {
    let script = AWSScript(.part([1], "bytes 0-0/1"))
    _ = try await script.store(endpoint: endpoint, bucket: bucket).get(
      try #require(ObjectKey("a/b")))
    #expect(script.requests.map(\.url) == [url])
    #expect(script.requests.map(\.method) == ["GET"])
  }

  @Test(arguments: [
    ("voice-1.in", true), ("ab", false), ("Voice", false), ("-voice", false), ("voice.", false),
    ("a/b/c", false), ("", false), (String(repeating: "a", count: 64), false),
  ])
  func `a bucket's name is one that a host can have`(name: String, isName: Bool) {
    #expect(S3Bucket.isName(name) == isName)
  }

  // MARK: Answers

  @Test func `an object that is not what was put is refused`() async throws {
    let whole = ClientResponse.part(
      Array("abc".utf8), "bytes 0-2/3", ["x-amz-meta-sha256": Self.abc])
    #expect(try await AWSScript(whole).store().get(key) == Array("abc".utf8))
    var changed = whole
    changed.body = Array("abd".utf8)
    let error = await error { _ = try await AWSScript(changed).store().get(key) }
    #expect(error?.kind == .unavailable)
    #expect(error?.message == "cannot get \(key.text): it is not what was put")
  }

  @Test func `each piece is asked for when it is wanted, and of the object that was begun`()
    async throws
  {
    let piece = [UInt8](repeating: 0, count: ObjectPiece.size)
    let size = piece.count + 3
    let script = AWSScript(
      .part(piece, "bytes 0-\(piece.count - 1)/\(size)", ["etag": "\"a\""]),
      .refusal(HTTPStatus(rawValue: 503), "SlowDown"),
      .part([1, 2, 3], "bytes \(piece.count)-\(size - 1)/\(size)"))
    let reader = try await script.store().open(key)
    #expect(try await reader.next() == piece)
    #expect(script.requests.count == 1)
    #expect(try await reader.next() == [1, 2, 3])
    #expect(try await reader.next() == nil)
    #expect(
      script.requests.map { $0.headers["range"] }
        == ["bytes=0-8388607", "bytes=8388608-16777215", "bytes=8388608-16777215"])
    #expect(script.requests.map { $0.headers["if-match"] } == [nil, "\"a\"", "\"a\""])
  }

  @Test(
    arguments: [
      ("bytes 0-2/3", 0, 3), ("bytes 0-2/4", 0, nil), ("bytes 1-3/4", 1, 4),
      ("bytes 0-2/3", 1, nil),
      ("bytes 0-2/2", 0, nil), ("bytes 0-1/2", 0, nil), ("bytes 0-2/*", 0, nil),
      ("bytes -1-2/3", 0, nil),
      ("bytes 0-9223372036854775807/3", 0, nil), ("bytes 0-2/99999999999999999999", 0, nil),
      ("", 0, nil),
      (
        "bytes 9223372036854775805-9223372036854775807/9223372036854775807",
        9_223_372_036_854_775_805, nil
      ),
    ] as [(String, Int, Int?)])
  func `an answer has the range that was asked for`(range: String, offset: Int, size: Int?) {
    #expect(S3Part(.part([1, 2, 3], range), from: offset)?.size == size)
  }

  @Test func `an answer that names no range is none`() {
    #expect(S3Part(ClientResponse(status: .ok, body: [1, 2]), from: 0) == nil)
  }

  @Test(arguments: [
    (ClientResponse.refusal(.notFound, "NoSuchKey"), ObjectError.Kind.notFound, "NoSuchKey"),
    (.refusal(.notFound, "NoSuchBucket"), .unavailable, "NoSuchBucket"),
    (ClientResponse(status: .notFound), .unavailable, "HTTP 404"),
    (.refusal(.forbidden, "AccessDenied"), .unavailable, "AccessDenied"),
    (.xml("<Error><Code>No<b/>SuchKey</Code></Error>", .notFound), .unavailable, "HTTP 404"),
  ])
  func `only S3's own word makes an object missing`(
    answer: ClientResponse, kind: ObjectError.Kind, word: String
  ) async {
    let script = AWSScript(answer)
    let error = await error { _ = try await script.store().get(key) }
    #expect(error?.kind == kind)
    if kind != .notFound { #expect(error?.message.hasSuffix("s3 GetObject: \(word)") == true) }
    #expect(error?.message.contains("secret") == false)
    #expect(script.requests.count == 1)
  }

  @Test func `deleting what is not there is no error`() async throws {
    let script = AWSScript(.refusal(.notFound, "NoSuchKey"))
    try await script.store().delete(key)
    #expect(script.lines == ["DELETE /mer_1/recordings/call_2.spool"])
  }

  // MARK: Again

  @Test(
    arguments: [
      .success(.refusal(.serviceUnavailable, "SlowDown")),
      .success(.refusal(.badRequest, "RequestTimeout")),
      .success(.refusal(.internalServerError, "InternalError")),
      .success(ClientResponse(status: .badGateway)),
      .success(.refusal(.serviceUnavailable, "SomethingNew")),
      .failure(HTTPClientError(.connectFailed, "request to s3: refused")),
      .failure(HTTPClientError(.exchangeFailed, "request to s3: reset")),
      .failure(HTTPClientError(.timedOut, "no response from s3")),
    ] as [Result<ClientResponse, any Error>])
  func `trouble is tried again, with pauses that double`(
    trouble: Result<ClientResponse, any Error>
  ) async throws {
    let script = AWSScript([trouble, trouble, trouble, .success(.fine())])
    try await script.store().put([1], key: key)
    #expect(script.requests.count == 4)
    let limits: [Duration] = [.milliseconds(200), .milliseconds(400), .milliseconds(800)]
    #expect(script.pauses.count == 3)
    for (pause, limit) in zip(script.pauses, limits) {
      #expect(pause <= limit && pause >= limit / 2)
    }
  }

  @Test func `after the fourth time trouble is an error`() async {
    let script = AWSScript(.refusal(.serviceUnavailable, "SlowDown"))
    let error = await error { try await script.store().put([1], key: key) }
    #expect(error?.kind == .unavailable)
    #expect(error?.message == "cannot put \(key.text): s3 PutObject: SlowDown")
    #expect(script.requests.count == 4)
  }

  @Test(arguments: ["AccessDenied", "BadDigest", "NoSuchBucket", "InvalidAccessKeyId"])
  func `a refusal is not tried again`(code: String) async {
    let script = AWSScript(.refusal(.forbidden, code))
    _ = await error { try await script.store().put([1], key: key) }
    #expect(script.requests.count == 1)
  }

  @Test func `a clock that is wrong is set by S3's, once, and stays set`() async throws {
    let skewed = ClientResponse.refusal(
      .forbidden, "RequestTimeTooSkewed", ["date": "Sun, 22 Nov 2026 11:15:30 GMT"])
    let script = AWSScript(skewed, .fine(), .fine(), skewed)
    let store = script.store()
    try await store.put([1], key: key)
    try await store.put([1], key: key)
    let stamps = script.requests.map { $0.headers["x-amz-date"] }
    #expect(stamps == ["20261122T101530Z", "20261122T111530Z", "20261122T111530Z"])
    let error = await error { try await store.put([1], key: key) }
    #expect(error?.message.hasSuffix("RequestTimeTooSkewed") == true)
    #expect(script.requests.count == 5)
  }

  @Test func `credentials that expired are found anew, once`() async throws {
    let expired = ClientResponse.refusal(.badRequest, "ExpiredToken")
    let script = AWSScript(.fine(), expired, .fine(), expired)
    let store = script.store()
    try await store.put([1], key: key)
    try await store.put([1], key: key)
    #expect(script.credentialsGiven == 2)
    #expect(script.requests[2].headers["authorization"]?.contains("Credential=AKID2/") == true)
    _ = await error { try await store.put([1], key: key) }
    #expect(script.requests.count == 5)
  }

  // MARK: The bucket itself

  @Test(arguments: [
    (ClientResponse.fine(), S3Store.Trial.ready),
    (ClientResponse(status: .notFound), .wrong("there is no bucket bucket")),
    (
      ClientResponse(status: .forbidden),
      .wrong("the AWS credentials are wrong or may not list the bucket bucket")
    ),
    (
      ClientResponse(status: .movedPermanently, headers: ["x-amz-bucket-region": "eu-west-1"]),
      .wrong("the bucket bucket is not in the region ap-south-1")
    ),
    (
      ClientResponse(status: .badRequest),
      .wrong("the bucket bucket cannot be used: s3 HeadBucket: HTTP 400")
    ),
    (ClientResponse(status: .serviceUnavailable), .silent("s3 HeadBucket: HTTP 503")),
  ])
  func `a wrong bucket is told from a silent S3`(
    answer: ClientResponse, trial: S3Store.Trial
  ) async throws {
    let script = AWSScript(answer)
    #expect(try await script.store(endpoint: "http://s3.test").tryBucket() == trial)
    #expect(script.lines.first == "HEAD /bucket/")
  }
}
