internal import Buffers
internal import HTTP
internal import HTTPClient
internal import TLS
import Testing

@testable import AWS

@Suite struct RequestSignerTests {
  private static let exampleSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
  private static let documentedSecret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

  /// One published signature and what it signs.
  struct Vector: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var method = "GET"
    var url = "https://example.amazonaws.com/"
    var headers: HTTPHeaders = [:]
    var body = ""
    var region = "us-east-1"
    var service = "service"
    var token: String?
    var time: Int64 = 1_440_938_160
    let names: String
    let signature: String
  }

  /// Cases of AWS's own suite, a request to KMS, and others as botocore 1.43 signs them.
  static let vectors = [
    Vector(
      testDescription: "get-vanilla", names: "host;x-amz-date",
      signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    Vector(
      testDescription: "get-vanilla-query-order-key-case",
      url: "https://example.amazonaws.com/?Param2=value2&Param1=value1",
      names: "host;x-amz-date",
      signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
    Vector(
      testDescription: "post-vanilla", method: "POST", names: "host;x-amz-date",
      signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
    Vector(
      testDescription: "post-header-value-spaces", method: "POST",
      headers: ["my-header1": "value1", "my-header2": "  \"a   b   c\" "],
      names: "host;my-header1;my-header2;x-amz-date",
      signature: "3eb9288751ab1906691f9f6b3eb68236f10b60a223bf1ba32c5a792f289ee65a"),
    Vector(
      testDescription: "an escaped path and a query without a value", method: "POST",
      url: "https://example.amazonaws.com/a%20b/c?x=a%2Fb&flag", names: "host;x-amz-date",
      signature: "fcc27f0c803c2ae86c3e26e9bdd6ce4f0e6ebae63cdbc82cc050fc56c35451e2"),
    Vector(
      testDescription: "kms with a session token", method: "POST",
      url: "https://kms.ap-south-1.amazonaws.com/",
      headers: [
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": "TrentService.GenerateDataKey",
      ],
      body: #"{"KeyId":"alias/payaid-voice","KeySpec":"AES_256"}"#, region: "ap-south-1",
      service: "kms", token: "TOKENEXAMPLE", time: 1_795_342_530,
      names: "content-type;host;x-amz-date;x-amz-security-token;x-amz-target",
      signature: "19e97f352b0d78e9ce738b55a94563f3f5752e6931d128f00b36c539d5df12b2"),
  ]

  @Test(arguments: vectors)
  func `a published signature comes out`(vector: Vector) throws {
    var request = ClientRequest(
      method: vector.method, url: vector.url, headers: vector.headers,
      body: Array(vector.body.utf8))
    let credentials = Credentials(
      accessKeyID: "AKIDEXAMPLE", secretAccessKey: Self.exampleSecret,
      sessionToken: vector.token)
    try RequestSigner(region: vector.region, service: vector.service).sign(
      &request, with: credentials, at: vector.time)
    let header = try #require(request.headers["authorization"])
    #expect(header.contains("SignedHeaders=\(vector.names), "))
    #expect(header.hasSuffix("Signature=\(vector.signature)"))
    #expect(header.hasPrefix("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"))
  }

  /// Midnight of 24 May 2013, when all examples of S3's documentation happen.
  private static let documentedTime: Int64 = 1_369_353_600

  /// The examples of S3's documentation, and a path that another service would tidy, as botocore
  /// 1.43 signs it.
  static let objects = [
    Vector(
      testDescription: "a part of an object",
      url: "https://examplebucket.s3.amazonaws.com/test.txt",
      headers: ["range": "bytes=0-9"], time: documentedTime,
      names: "host;range;x-amz-content-sha256;x-amz-date",
      signature: "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
    Vector(
      testDescription: "an object put", method: "PUT",
      url: "https://examplebucket.s3.amazonaws.com/test%24file.text",
      headers: [
        "date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY",
      ],
      body: "Welcome to Amazon S3.", time: documentedTime,
      names: "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
      signature: "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"),
    Vector(
      testDescription: "a query without a value",
      url: "https://examplebucket.s3.amazonaws.com/?lifecycle", time: documentedTime,
      names: "host;x-amz-content-sha256;x-amz-date",
      signature: "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
    Vector(
      testDescription: "a list", url: "https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J",
      time: documentedTime, names: "host;x-amz-content-sha256;x-amz-date",
      signature: "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
    Vector(
      testDescription: "a path that stays as it is", method: "PUT",
      url: "https://s3.ap-south-1.amazonaws.com/a.b/x//y/../%2E/z",
      headers: ["content-type": "application/octet-stream"], body: "abc", region: "ap-south-1",
      token: "TOKEN", time: 1_795_342_530,
      names: "content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token",
      signature: "c8285445d32481af81509abc5b64853e2b85123006017786d545624e053548f7"),
  ]

  @Test(arguments: objects)
  func `a request of S3 is signed in S3's ways`(vector: Vector) throws {
    var request = ClientRequest(
      method: vector.method, url: vector.url, headers: vector.headers,
      body: Array(vector.body.utf8))
    let credentials = Credentials(
      accessKeyID: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: Self.documentedSecret,
      sessionToken: vector.token)
    try RequestSigner(region: vector.region, service: "s3").sign(
      &request, with: credentials, at: vector.time)
    let header = try #require(request.headers["authorization"])
    #expect(header.contains("SignedHeaders=\(vector.names), "))
    #expect(header.hasSuffix("Signature=\(vector.signature)"))
    let hash = try #require(request.headers["x-amz-content-sha256"])
    #expect(hash == Hex.encode(Digest.sha256(vector.body.utf8)))
  }

  @Test func `credentials print without their secret`() {
    let credentials = Credentials(
      accessKeyID: "AKID", secretAccessKey: "hidden", sessionToken: "hidden")
    #expect("\(credentials)" == "aws credentials AKID")
  }
}
