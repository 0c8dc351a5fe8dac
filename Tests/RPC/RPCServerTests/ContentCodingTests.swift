import GRPC
import HTTP
import Testing

@testable import RPCServer

@Suite struct ContentCodingTests {
  @Test(arguments: [
    ("gzip", "gzip"), ("br", "br"), ("gzip, br", "br"), ("gzip, deflate, br;q=0.5", "gzip"),
    ("*", "br"), ("*;q=0", nil), ("br;q=0, gzip;q=0.1", "gzip"), ("identity", nil), ("", nil),
    ("deflate", nil), ("gzip;q=x", nil), ("GZIP", "gzip"),
  ])
  func `Accept-Encoding chooses the coding`(header: String, coding: String?) {
    let headers: HTTPHeaders = ["accept-encoding": header]
    #expect(ContentCoding(accepting: headers.tokens("accept-encoding"))?.rawValue == coding)
  }

  private static let long = [UInt8](repeating: 0x61, count: 5000)

  private static func coded(
    _ answer: HTTPExchangeResponse, accepting: String = "gzip"
  ) -> HTTPExchangeResponse {
    var answer = answer
    ContentCoding.apply(to: &answer, accepting: ["accept-encoding": accepting])
    return answer
  }

  @Test func `a long text is coded, and comes out as it was`() throws {
    let answer = Self.coded(HTTPExchangeResponse(contentType: "application/json", body: Self.long))
    #expect(answer.headers["content-encoding"] == "gzip")
    #expect(answer.headers["vary"] == "accept-encoding")
    #expect(
      try Compression.decompress(answer.body, from: .gzip, limit: 5000) == Self.long)
    let brotli = Self.coded(
      HTTPExchangeResponse(contentType: "text/html; charset=utf-8", body: Self.long),
      accepting: "br")
    #expect(brotli.headers["content-encoding"] == "br")
    #expect(brotli.body.count < 100)
  }

  @Test func `what could have been coded varies by Accept-Encoding`() {
    let answer = Self.coded(
      HTTPExchangeResponse(contentType: "text/plain", body: Self.long), accepting: "identity")
    #expect(answer.body == Self.long)
    #expect(answer.headers["vary"] == "accept-encoding")
  }

  @Test(arguments: [
    HTTPExchangeResponse(contentType: "application/json", body: [1, 2]),
    HTTPExchangeResponse(contentType: "audio/wav", body: long),
    HTTPExchangeResponse(
      headers: ["content-type": "text/plain", "content-encoding": "br"], body: long),
    HTTPExchangeResponse(
      headers: ["content-type": "text/plain", "cache-control": "no-transform"], body: long),
    HTTPExchangeResponse(status: .partialContent, contentType: "text/plain", body: long),
    HTTPExchangeResponse(
      contentType: "text/plain", body: [UInt8](repeating: 0x61, count: 1_048_577)),
  ])
  func `short, dense, coded and huge bodies stay as they are`(plain: HTTPExchangeResponse) {
    let answer = Self.coded(plain)
    #expect(answer.body == plain.body)
    #expect(answer.headers == plain.headers)
  }
}
