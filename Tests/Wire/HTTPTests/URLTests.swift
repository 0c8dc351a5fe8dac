import HTTP
import Testing

@Suite struct URLTests {
  @Test func `a url is taken apart`() throws {
    let url = try URLParts("WSS://Example.ORG:8443/a/b%20c?d=e&f#g")
    #expect(url.scheme == "wss")
    #expect(url.host == "example.org")
    #expect(url.port == 8443)
    #expect(url.path == "/a/b%20c")
    #expect(url.query == "d=e&f")
    #expect(url.target == "/a/b%20c?d=e&f")
    #expect(url.description == "wss://example.org:8443/a/b%20c?d=e&f")
  }

  @Test(arguments: [
    ("http://a", 80), ("https://a/", 443), ("ws://a?x", 80), ("wss://[::1]", 443),
    ("http://a:81", 81),
  ])
  func `a scheme has a port`(text: String, port: Int) throws {
    #expect(try URLParts(text).effectivePort == port)
  }

  @Test func `an ipv6 host loses and regains its brackets`() throws {
    let url = try URLParts("http://[::1]:80/")
    #expect(url.host == "::1")
    #expect(url.authority == "[::1]:80")
  }

  @Test(arguments: [
    "", "a", "//a", "http:/a", "http://", "http:///p", "1http://a", "http://u@a", "http://u:p@a",
    "http://a b", "http://a/b c", "http://a/%", "http://a/%4", "http://a/%zz", "http://a/ü",
    "http://a/\u{0}", "http://a/\r\n", "http://a:99999", "http://a\\b", "http://a/<", "://a",
  ])
  func `what is not a url is refused`(text: String) {
    #expect(throws: HTTPError.self) { try URLParts(text) }
  }

  @Test func `a url above 8192 bytes is refused`() {
    #expect(throws: HTTPError.self) {
      try URLParts("http://a/" + String(repeating: "a", count: 8192))
    }
  }

  @Test(arguments: [
    ("a%20b", "a b"), ("%E0%A4%A8", "न"), ("", ""), ("+", "+"), ("%2B", "+"),
  ])
  func `percent coding goes both ways`(coded: String, plain: String) {
    #expect(PercentCoding.decodeText(coded) == plain)
    #expect(PercentCoding.decodeText(PercentCoding.encode(plain)) == plain)
  }

  @Test(arguments: ["%", "%a", "a%g0", "%ff", "%c3%28"])
  func `a broken escape or text is refused`(coded: String) {
    #expect(PercentCoding.decodeText(coded) == nil)
  }

  @Test func `a path keeps its slashes`() {
    #expect(PercentCoding.encode("a/b c", keeping: .path) == "a/b%20c")
    #expect(PercentCoding.encode("a/b") == "a%2Fb")
  }
}
