import HTTP
import RPCServer
import Testing

@testable import Dashboard

@Suite struct StaticSiteTests {
  private static let script = [UInt8](repeating: 0x61, count: 5000)
  private static let page = Array("<!doctype html><title>a</title>".utf8)

  private static func site() throws -> StaticSite {
    try StaticSite(files: [
      "index.html": page, "assets/app-A1.js": script, "assets/dot-B2.png": [1, 2, 3],
      "robots.txt": Array("x".utf8),
    ])
  }

  private static func get(
    _ path: String, _ headers: HTTPHeaders = HTTPHeaders()
  ) throws -> HTTPExchangeResponse {
    try site().answer(path, to: headers)
  }

  @Test(arguments: ["", "index.html", "login", "agents/agt_01ARZ3NDEKTSV4RRFFQ69G5FAV", "calls/"])
  func `a path of the application is answered with its page`(path: String) throws {
    let answer = try Self.get(path)
    #expect(answer.status == .ok)
    #expect(answer.body == Self.page)
    #expect(answer.headers["content-type"] == "text/html; charset=utf-8")
    #expect(answer.headers["cache-control"] == "no-cache")
    #expect(answer.headers["content-security-policy"] == StaticSite.contentSecurityPolicy)
  }

  @Test(arguments: [
    "assets/app-A2.js", "assets/", "favicon.ico", "../etc/passwd", "..", "agents/..",
    "a\0", "a\\b", "a b", "<script>", "/index.html", "agents/%2e%2e",
    String(repeating: "a", count: 513),
  ])
  func `a path that names no file and can be no page is not found`(path: String) throws {
    let answer = try Self.get(path)
    #expect(answer.status == .notFound)
    #expect(answer.headers["content-type"] == "text/plain")
  }

  @Test(arguments: [
    ("assets/app-A1.js", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"),
    ("assets/dot-B2.png", "image/png", "public, max-age=31536000, immutable"),
    ("robots.txt", "text/plain; charset=utf-8", "no-cache"),
  ])
  func `a file has its type, and lasts when its name has its hash`(
    path: String, type: String, cache: String
  ) throws {
    let answer = try Self.get(path)
    #expect(answer.headers["content-type"] == type)
    #expect(answer.headers["cache-control"] == cache)
  }

  @Test(arguments: [("br", "br"), ("gzip", "gzip"), ("gzip, br;q=0.1", "gzip"), ("zstd", nil)])
  func `text comes in the coding asked for`(accepted: String, coding: String?) throws {
    let answer = try Self.get("assets/app-A1.js", ["accept-encoding": accepted])
    #expect(answer.headers["content-encoding"] == coding)
    #expect(answer.headers["vary"] == "accept-encoding")
    #expect((answer.body == Self.script) == (coding == nil))
  }

  @Test func `what coding does not shorten stays plain`() throws {
    let answer = try Self.get("assets/dot-B2.png", ["accept-encoding": "gzip, br"])
    #expect(answer.headers["content-encoding"] == nil)
    #expect(answer.headers["vary"] == nil)
  }

  @Test func `each coding has a tag of its own`() throws {
    let tags = try ["br", "gzip", "identity"].map {
      try Self.get("assets/app-A1.js", ["accept-encoding": $0]).headers["etag"] ?? ""
    }
    #expect(Set(tags).count == 3)
  }

  @Test(arguments: ["TAG", "\"other\", TAG", "W/TAG", "*"])
  func `who has the current form is told so`(names: String) throws {
    let tag = try #require(try Self.get("index.html").headers["etag"])
    let given = names.replacing("TAG", with: tag)
    let answer = try Self.get("agents", ["if-none-match": given])
    #expect(answer.status == .notModified)
    #expect(answer.body.isEmpty)
    #expect(answer.headers["etag"] == tag)
  }

  @Test func `who has another form is sent this one`() throws {
    #expect(try Self.get("index.html", ["if-none-match": "\"other\""]).status == .ok)
  }

  @Test func `a site without a page is refused`() {
    #expect(throws: SiteError.self) { try StaticSite(files: ["app.js": []]) }
  }
}
