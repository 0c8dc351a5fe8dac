internal import Buffers
internal import HTTP
internal import HTTPClient
import Testing

@testable import AWS

@Suite struct KeyManagementTests {
  private static let arn = "arn:aws:kms:ap-south-1:1:key/k"
  private static let key = [UInt8](0..<32)
  private static let blob: [UInt8] = [0xFF, 0, 1]
  private static let context = ["purpose": "p", "number": "1"]

  private static let dataKey = ClientResponse.json(
    """
    {"CiphertextBlob":"\(Base64.encode(blob))","Plaintext":"\(Base64.encode(key))","KeyId":"\(arn)"}
    """)

  private static func refusal(
    _ type: String, _ status: HTTPStatus = .badRequest, _ headers: HTTPHeaders = [:]
  ) -> ClientResponse {
    .json(#"{"__type":"\#(type)","message":"secret words"}"#, status, headers)
  }

  private static func body(_ request: ClientRequest) -> String {
    String(decoding: request.body, as: UTF8.self)
  }

  @Test func `a data key is asked for with its context and comes wrapped`() async throws {
    let script = AWSScript(Self.dataKey)
    let made = try await script.keyManagement().generateDataKey(
      under: "alias/voice", context: Self.context)
    #expect(made.key == Self.key)
    #expect(made.wrapped == .init(blob: Self.blob, wrappingKey: Self.arn))
    let request = try #require(script.requests.first)
    #expect(request.url == "https://kms.ap-south-1.amazonaws.com/")
    #expect(request.headers["x-amz-target"] == "TrentService.GenerateDataKey")
    #expect(request.headers["authorization"]?.contains("/ap-south-1/kms/aws4_request") == true)
    #expect(
      Self.body(request) == """
        {"KeyId":"alias/voice","KeySpec":"AES_256",\
        "EncryptionContext":{"number":"1","purpose":"p"}}
        """)
  }

  @Test func `a key that is there is wrapped, and opened by the key that wrapped it`() async throws
  {
    let script = AWSScript(
      .json(#"{"CiphertextBlob":"/wAB","KeyId":"\#(Self.arn)"}"#),
      .json(#"{"Plaintext":"\#(Base64.encode(Self.key))","KeyId":"\#(Self.arn)"}"#))
    let keys = script.keyManagement(endpoint: "http://127.0.0.1:5000")
    let wrapped = try await keys.encrypt(Self.key, under: "voice", context: Self.context)
    #expect(wrapped == .init(blob: Self.blob, wrappingKey: Self.arn))
    #expect(try await keys.decrypt(wrapped, context: Self.context) == Self.key)
    #expect(script.requests.allSatisfy { $0.url == "http://127.0.0.1:5000/" })
    #expect(Self.body(script.requests[0]).contains(#""KeyId":"voice","Plaintext":"AAEC"#))
    #expect(
      Self.body(script.requests[1]).hasPrefix(
        #"{"KeyId":"\#(Self.arn)","CiphertextBlob":"/wAB","EncryptionContext":{"#))
  }

  @Test(arguments: [
    "DisabledException", "NotFoundException", "AccessDeniedException", "IncorrectKeyException",
    "InvalidCiphertextException", "KMSInvalidStateException",
  ])
  func `a refusal is final and named, without its words`(code: String) async throws {
    let script = AWSScript(Self.refusal("com.amazonaws.kms#\(code)"))
    let error = await #expect(throws: AWSError.self) {
      try await script.keyManagement().generateDataKey(under: "k", context: [:])
    }
    #expect(error?.kind == .refused(code: code))
    #expect(error?.isTransient == false)
    #expect(error?.message == "kms GenerateDataKey: \(code)")
    #expect(script.requests.count == 1)
  }

  @Test(arguments: [
    refusal("ThrottlingException"), refusal("KeyUnavailableException", .internalServerError),
    refusal("KMSInternalException", .internalServerError), refusal("DependencyTimeoutException"),
    .json("", .badGateway), .json("<html>"),
  ])
  func `what may be over in a moment is tried again`(trouble: ClientResponse) async throws {
    let script = AWSScript(trouble, trouble, Self.dataKey)
    let made = try await script.keyManagement().generateDataKey(under: "k", context: [:])
    #expect(made.key == Self.key)
    #expect(script.pauses.count == 2)
    let silent = AWSScript(trouble)
    let error = await #expect(throws: AWSError.self) {
      try await silent.keyManagement().generateDataKey(under: "k", context: [:])
    }
    #expect(error?.isTransient == true)
    #expect(silent.requests.count == 4)
  }

  @Test func `a service that is not reached is tried four times`() async throws {
    let script = AWSScript([.failure(HTTPClientError(.connectFailed, "cannot connect to kms"))])
    let error = await #expect(throws: AWSError.self) {
      try await script.keyManagement().decrypt(
        .init(blob: Self.blob, wrappingKey: Self.arn), context: [:])
    }
    #expect(error?.kind == .unavailable)
    #expect(error?.message == "kms Decrypt: cannot connect to kms")
    #expect(script.requests.count == 4)
  }

  @Test func `a wrong clock is put right once`() async throws {
    let skewed = Self.refusal(
      "InvalidSignatureException", .badRequest, ["date": "Sun, 22 Nov 2026 11:15:30 GMT"])
    let script = AWSScript(skewed, Self.dataKey)
    _ = try await script.keyManagement().generateDataKey(under: "k", context: [:])
    #expect(
      script.requests.map { $0.headers["x-amz-date"] }
        == ["20261122T101530Z", "20261122T111530Z"])
    let wrong = AWSScript(
      Self.refusal(
        "InvalidSignatureException", .badRequest, ["date": "Sun, 22 Nov 2026 10:15:31 GMT"]))
    await #expect(throws: AWSError.self) {
      try await wrong.keyManagement().generateDataKey(under: "k", context: [:])
    }
    #expect(wrong.requests.count == 1)
  }

  @Test func `credentials that have expired are found anew once`() async throws {
    let script = AWSScript(Self.refusal("ExpiredTokenException"), Self.dataKey)
    _ = try await script.keyManagement().generateDataKey(under: "k", context: [:])
    #expect(script.credentialsGiven == 2)
  }

  @Test(arguments: [
    "{}", "[]", #"{"CiphertextBlob":"/wAB","Plaintext":"AAEC","KeyId":"k"}"#,
    #"{"CiphertextBlob":"?","Plaintext":"\#(Base64.encode(key))","KeyId":"k"}"#,
    #"{"CiphertextBlob":"","Plaintext":"\#(Base64.encode(key))","KeyId":"k"}"#,
    #"{"CiphertextBlob":"/wAB","Plaintext":"\#(Base64.encode(key))","KeyId":""}"#,
    #"{"CiphertextBlob":"/wAB","Plaintext":7,"KeyId":"k"}"#,
  ])
  func `an answer without a whole key is none`(text: String) async throws {
    let script = AWSScript(.json(text))
    let error = await #expect(throws: AWSError.self) {
      try await script.keyManagement().generateDataKey(under: "k", context: [:])
    }
    #expect(error?.kind == .unavailable)
    #expect(error?.message.contains(Base64.encode(Self.key)) == false)
  }

  @Test func `a text that KMS would not take is not sent`() async throws {
    let script = AWSScript(Self.dataKey)
    await #expect(throws: AWSError.self) {
      try await script.keyManagement().encrypt(
        [UInt8](repeating: 0, count: 4_097), under: "k", context: [:])
    }
    #expect(script.requests.isEmpty)
  }
}
