internal import HTTP
internal import HTTPClient
internal import Objects
import Testing

@testable internal import AWS

@Suite struct S3UploadTests {
  private static let path = "/bucket/a"
  private static let begun = ClientResponse.xml(
    "<InitiateMultipartUploadResult><Bucket>bucket</Bucket><UploadId>u/1=</UploadId>"
      + "</InitiateMultipartUploadResult>")
  private static let done = ClientResponse.xml(
    "<CompleteMultipartUploadResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
      + "<Key>a</Key><ETag>&quot;e&quot;</ETag></CompleteMultipartUploadResult>")
  private static let bytes = [UInt8](repeating: 7, count: (16 << 20) + 1)

  private func part(_ number: Int) -> ClientResponse { .fine(["etag": "\"e\(number)\""]) }

  private func put(_ script: AWSScript) async throws {
    try await script.store(endpoint: "http://s3.test").put(
      Self.bytes, key: try #require(ObjectKey("a")))
  }

  @Test func `a large object goes in parts, one after the other`() async throws {
    let script = AWSScript(Self.begun, part(1), part(2), part(3), Self.done)
    try await put(script)
    #expect(
      script.lines == [
        "POST \(Self.path)?uploads=",
        "PUT \(Self.path)?partNumber=1&uploadId=u%2F1%3D",
        "PUT \(Self.path)?partNumber=2&uploadId=u%2F1%3D",
        "PUT \(Self.path)?partNumber=3&uploadId=u%2F1%3D",
        "POST \(Self.path)?uploadId=u%2F1%3D",
      ])
    let requests = script.requests
    #expect(requests.map(\.body.count)[1...3] == [8 << 20, 8 << 20, 1])
    #expect(requests[0].headers["x-amz-server-side-encryption"] == "AES256")
    #expect(requests[0].headers["x-amz-meta-sha256"]?.count == 64)
    #expect(requests[1].headers["x-amz-server-side-encryption"] == nil)
    #expect(
      requests[1].headers["x-amz-content-sha256"] == requests[2].headers["x-amz-content-sha256"])
    #expect(
      String(decoding: requests[4].body, as: UTF8.self) == "<CompleteMultipartUpload>"
        + "<Part><PartNumber>1</PartNumber><ETag>\"e1\"</ETag></Part>"
        + "<Part><PartNumber>2</PartNumber><ETag>\"e2\"</ETag></Part>"
        + "<Part><PartNumber>3</PartNumber><ETag>\"e3\"</ETag></Part>"
        + "</CompleteMultipartUpload>")
  }

  @Test func `a part that S3 is too busy for is sent again`() async throws {
    let busy = ClientResponse.refusal(.serviceUnavailable, "SlowDown")
    let script = AWSScript(Self.begun, part(1), busy, part(2), part(3), Self.done)
    try await put(script)
    #expect(script.lines[2] == script.lines[3])
    #expect(script.lines.count == 6)
  }

  @Test(arguments: [
    (ClientResponse.refusal(.forbidden, "AccessDenied"), "s3 UploadPart: AccessDenied"),
    (.fine(), "s3 UploadPart: the answer names not a part"),
    (.fine(["etag": "\"<e>\""]), "s3 UploadPart: the answer names not a part"),
  ])
  func `a part that fails ends the upload, and nothing stays behind`(
    answer: ClientResponse, reason: String
  ) async {
    let script = AWSScript(Self.begun, part(1), answer, .fine())
    let error = await #expect(throws: ObjectError.self) { try await put(script) }
    #expect(error?.message == "cannot put a: \(reason)")
    #expect(script.lines.last == "DELETE \(Self.path)?uploadId=u%2F1%3D")
    #expect(script.lines.count == 4)
  }

  @Test func `an upload that is cancelled is aborted`() async {
    let script = AWSScript([
      .success(Self.begun), .success(part(1)), .failure(CancellationError()), .success(.fine()),
    ])
    let upload = Task { try await put(script) }
    await #expect(throws: CancellationError.self) { try await upload.value }
    #expect(script.lines.last == "DELETE \(Self.path)?uploadId=u%2F1%3D")
  }

  @Test func `an error behind a status of 200 is an error`() async {
    let late = ClientResponse.refusal(.ok, "InternalError")
    let script = AWSScript(Self.begun, part(1), part(2), part(3), late, late, late, late, .fine())
    let error = await #expect(throws: ObjectError.self) { try await put(script) }
    #expect(error?.message == "cannot put a: s3 CompleteMultipartUpload: InternalError")
    #expect(script.lines.filter { $0 == "POST \(Self.path)?uploadId=u%2F1%3D" }.count == 4)
    #expect(script.lines.last == "DELETE \(Self.path)?uploadId=u%2F1%3D")
  }

  @Test func `an answer without an upload begins none`() async {
    let script = AWSScript(.xml("<Other><UploadId>u</UploadId></Other>"))
    let error = await #expect(throws: ObjectError.self) { try await put(script) }
    #expect(error?.kind == .unavailable)
    #expect(script.lines.count == 1)
  }
}
