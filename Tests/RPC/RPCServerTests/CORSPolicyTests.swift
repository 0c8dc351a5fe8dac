import HTTP
import Testing

@testable import RPCServer

@Suite struct CORSPolicyTests {
  private static let app = "https://app.example.in"

  private static func request(_ method: String, _ headers: HTTPHeaders) -> HTTPRequestHead {
    HTTPRequestHead(method: method, target: "/v1/x", headers: headers)
  }

  private static func preflight(_ origin: String, _ asks: HTTPHeaders) -> HTTPRequestHead {
    var headers: HTTPHeaders = ["origin": origin]
    for field in asks { headers.add(field.name, field.value) }
    return request("OPTIONS", headers)
  }

  @Test func `a preflight of a granted origin says what is allowed`() throws {
    let answer = try #require(
      CORSPolicy.origins([Self.app]).preflight(
        Self.preflight(
          Self.app,
          [
            "access-control-request-method": "PATCH",
            "access-control-request-headers": "Authorization,content-type",
          ])))
    #expect(answer.status == .noContent)
    #expect(answer.headers["access-control-allow-origin"] == Self.app)
    #expect(
      answer.headers["access-control-allow-methods"] == "GET, HEAD, POST, PUT, PATCH, DELETE")
    #expect(answer.headers["access-control-allow-headers"] == "authorization, content-type")
    #expect(answer.headers["access-control-max-age"] == "7200")
    #expect(answer.headers["access-control-allow-credentials"] == nil)
    #expect(answer.headers.hasToken("vary", "origin"))
  }

  @Test(arguments: [
    ("https://evil.example", "GET", "authorization"), ("null", "GET", "authorization"),
    ("https://app.example.in.evil.example", "GET", "authorization"),
    ("https://app.example.in", "TRACE", "authorization"),
    ("https://app.example.in", "GET", "x-secret"), ("https://app.example.in", "GET", "bad name"),
  ])
  func `a preflight for what is not granted is 403 and grants nothing`(
    origin: String, method: String, header: String
  ) throws {
    var grant = CORSPolicy.Grant()
    grant.headers = ["authorization"]
    let answer = try #require(
      CORSPolicy.origins([Self.app], grant).preflight(
        Self.preflight(
          origin,
          ["access-control-request-method": method, "access-control-request-headers": header])))
    #expect(answer.status == .forbidden)
    #expect(answer.headers.map(\.name) == ["vary"])
  }

  @Test func `OPTIONS without an origin or a method to ask for is no preflight`() {
    let policy = CORSPolicy.origins([Self.app])
    #expect(policy.preflight(Self.request("OPTIONS", ["origin": Self.app])) == nil)
    let asks: HTTPHeaders = ["access-control-request-method": "GET"]
    #expect(policy.preflight(Self.request("OPTIONS", asks)) == nil)
    #expect(policy.preflight(Self.request("GET", asks.adding("origin", Self.app))) == nil)
  }

  @Test func `an answer names its origin, and varies by origin even without one`() {
    var grant = CORSPolicy.Grant()
    grant.allowsCredentials = true
    grant.exposedHeaders = ["etag", "x-request-id"]
    let policy = CORSPolicy.origins([Self.app], grant)
    #expect(
      policy.headers(for: Self.request("GET", ["origin": Self.app])) == [
        "vary": "origin", "access-control-allow-origin": Self.app,
        "access-control-allow-credentials": "true",
        "access-control-expose-headers": "etag, x-request-id",
      ])
    for headers in [["origin": "https://evil.example"], HTTPHeaders()] {
      #expect(policy.headers(for: Self.request("GET", headers)) == ["vary": "origin"])
    }
  }

  @Test func `a policy may answer by what is asked for`() {
    let policy = CORSPolicy { _, request in
      request.target.hasPrefix("/v1/open") ? CORSPolicy.Grant() : nil
    }
    var open = Self.request("GET", ["origin": "https://any.example"])
    #expect(!policy.headers(for: open).contains("access-control-allow-origin"))
    open.target = "/v1/open/1"
    #expect(policy.headers(for: open).contains("access-control-allow-origin"))
  }
}
