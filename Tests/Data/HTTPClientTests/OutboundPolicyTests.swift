internal import EventLoop
internal import HTTP
import Testing

@testable internal import HTTPClient

@Suite struct OutboundPolicyTests {
  private let strict = OutboundPolicy()
  private let development = OutboundPolicy(allowsLoopback: true)

  @Test(arguments: [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1",
    "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.7",
    "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe", "::ffff:0:0",
    "::127.0.0.1", "::7f00:1", "64:ff9b::10.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1",
    "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1", "2002:7f00:1::",
    "2002:a00:1::1",
    "3fff::1", "fc00::1", "fd12:3456::1", "fe80::1", "fec0::1", "ff02::1", "5f00::1",
    "fd00:ec2::254",
  ])
  func `an inward address is refused`(text: String) throws {
    #expect(!AddressRules.isPublic(try #require(IPAddress(text))))
    let url = try strict.check("https://merchant.example.in/hook")
    #expect(throws: OutboundPolicy.Refusal.self) { try strict.choose([text], for: url) }
    #expect(throws: OutboundPolicy.Refusal.self) { try strict.choose(["9.9.9.9", text], for: url) }
  }

  @Test(arguments: [
    "8.8.8.8", "9.255.255.255", "11.0.0.1", "100.63.255.255", "100.128.0.1", "172.15.255.255",
    "172.32.0.1", "192.167.255.255", "192.169.0.1", "223.255.255.255", "2606:4700::1111",
    "2a00:1450:4009::200e", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2001:4860:4860::8888",
  ])
  func `a public address is allowed`(text: String) throws {
    let url = try strict.check("https://merchant.example.in/hook")
    #expect(try strict.choose([text], for: url).description == text)
  }

  @Test(arguments: [
    "http://merchant.example.in/", "ftp://merchant.example.in/", "https://merchant.example.in:22/",
    "https://merchant.example.in:80/", "https://user:pass@merchant.example.in/", "https:///x",
    "https://localhost/", "https://127.0.0.1/", "https://[::1]/", "https://[::ffff:127.0.0.1]/",
    "https://169.254.169.254/latest/meta-data/", "https://10.0.0.1/", "https://[fd00::1]/", "",
    "https://m.example.in/ x", "file:///etc/passwd",
    "https://m.example.in/" + String(repeating: "a", count: 2_048),
  ])
  func `a URL that leads inwards or elsewhere than HTTPS is refused as it is read`(text: String) {
    #expect(throws: OutboundPolicy.Refusal.self) { try strict.check(text) }
  }

  @Test(arguments: [
    "https://merchant.example.in/hook?a=b", "https://merchant.example.in:8443/", "https://8.8.8.8/",
    "https://[2606:4700::1111]/",
  ])
  func `a public URL is read`(text: String) throws {
    #expect(try strict.check(text).scheme == "https")
  }

  @Test(arguments: ["http://127.0.0.1:8080/", "https://localhost:9443/", "http://[::1]:80/"])
  func `the setting opens loopback and nothing else`(text: String) throws {
    let url = try development.check(text)
    #expect(try development.choose(["127.0.0.1"], for: url).description == "127.0.0.1")
    #expect(throws: OutboundPolicy.Refusal.self) { try development.choose(["10.0.0.1"], for: url) }
    #expect(throws: OutboundPolicy.Refusal.self) { try development.choose([], for: url) }
    let other = try development.check("https://merchant.example.in/")
    #expect(throws: OutboundPolicy.Refusal.self) {
      try development.choose(["127.0.0.1"], for: other)
    }
    #expect(throws: OutboundPolicy.Refusal.self) { try development.check("http://10.0.0.1/") }
  }

  @Test(arguments: [
    "", "127.1", "2130706433", "0x7f.0.0.1", "127.0.0.1 ", "1.2.3", "1.2.3.4.5", "fe80::1%lo",
    "[::1]", "::1::", "localhost",
  ])
  func `what is no address in its plain form is none`(text: String) {
    #expect(IPAddress(text) == nil)
  }

  @Test func `other spellings of loopback are numbers to the resolver, and refused as such`()
    async throws
  {
    for host in ["127.1", "2130706433", "0x7f000001", "localhost"] {
      let addresses = try await withLoop {
        try await $0.addresses(of: host, port: 443, timeout: .seconds(10))
      }
      let url = try URLParts("https://\(host)/")
      #expect(throws: OutboundPolicy.Refusal.self, "\(host)") {
        try strict.choose(addresses.compactMap(\.host), for: url)
      }
    }
  }

  @Test func `a pinned request goes to the address it was given, whatever the name says`()
    async throws
  {
    let seen = Journal<Seen>()
    let status = try await withLoop { loop in
      let server = try ScriptedServer(loop) {
        seen.note($0)
        return HTTPClientTests.ok
      }
      let port = server.authority.split(separator: ":").last ?? ""
      var request = ClientRequest(url: "http://nobody.invalid:\(port)/hook")
      request.connectAddress = IPAddress("127.0.0.1")
      return try await HTTPClient(loop: loop).send(request).status
    }
    #expect(status == .ok)
    #expect(seen.items.first?.head.authority.hasPrefix("nobody.invalid:") == true)
  }

  @Test func `a long response is cut off for those who ask`() async throws {
    let response = try await withLoop { loop in
      let server = try ScriptedServer(loop) { _ in
        "HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n" + String(repeating: "x", count: 50_000)
      }
      var request = ClientRequest(url: "http://\(server.authority)/")
      request.maxResponseBytes = 1_000
      request.cutsLongResponses = true
      return try await HTTPClient(loop: loop).send(request)
    }
    #expect(response.status == .ok && response.body.count == 1_000)
  }
}
