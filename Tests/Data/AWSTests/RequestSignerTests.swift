internal import HTTP
internal import HTTPClient
import Testing

@testable import AWS

@Suite struct RequestSignerTests {
  private static let exampleSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

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

  @Test func `credentials print without their secret`() {
    let credentials = Credentials(
      accessKeyID: "AKID", secretAccessKey: "hidden", sessionToken: "hidden")
    #expect("\(credentials)" == "aws credentials AKID")
  }
}
