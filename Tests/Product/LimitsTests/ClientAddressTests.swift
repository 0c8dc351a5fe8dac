import RPCCore
import Testing

@testable internal import Limits

@Suite struct ClientAddressTests {
  private func addresses(_ blocks: [String]) throws -> ClientAddress {
    ClientAddress(proxies: try blocks.map { try #require(NetworkBlock($0)) })
  }

  private func context(_ peer: String, _ forwarded: [String]) -> RPCContext {
    var metadata = Metadata()
    for value in forwarded { metadata.add(value, for: "x-forwarded-for") }
    let method = MethodDescriptor(service: "test.S", name: "M", kind: .unary)
    return RPCContext(method: method, metadata: metadata, peer: peer)
  }

  struct Case: Sendable {
    let peer: String
    var forwarded: [String] = []
    let client: String
  }

  @Test(arguments: [
    Case(peer: "203.0.113.9:4000", client: "203.0.113.9"),
    Case(peer: "[2001:db8::7]:4000", client: "2001:db8::7"),
    Case(peer: "203.0.113.9:4000", forwarded: ["198.51.100.1"], client: "203.0.113.9"),
    Case(peer: "10.0.0.1:80", forwarded: ["198.51.100.1"], client: "198.51.100.1"),
    Case(peer: "10.0.0.1:80", forwarded: ["6.6.6.6, 198.51.100.1"], client: "198.51.100.1"),
    Case(
      peer: "10.0.0.1:80", forwarded: ["6.6.6.6", "198.51.100.1,10.9.9.9"],
      client: "198.51.100.1"),
    Case(peer: "10.0.0.1:80", forwarded: ["198.51.100.1:5123"], client: "198.51.100.1"),
    Case(peer: "10.0.0.1:80", forwarded: [" [2001:db8::7]:443 "], client: "2001:db8::7"),
    Case(peer: "[::ffff:10.0.0.1]:80", forwarded: ["198.51.100.1"], client: "198.51.100.1"),
    Case(peer: "10.0.0.1:80", client: "10.0.0.1"),
    Case(peer: "10.0.0.1:80", forwarded: ["6.6.6.6, unknown"], client: "10.0.0.1"),
    Case(peer: "10.0.0.1:80", forwarded: ["6.6.6.6,,10.0.0.2"], client: "10.0.0.2"),
    Case(peer: "10.0.0.1:80", forwarded: [""], client: "10.0.0.1"),
  ])
  func `a client is who connects, or whom our own proxies name`(_ it: Case) throws {
    let found = try addresses(["10.0.0.0/8"]).customer(of: context(it.peer, it.forwarded))
    #expect(found == NetworkAddress(it.client[...])?.customer)
    #expect(found != nil)
    let plain = try addresses(["10.0.0.0/8"]).customer(of: it.peer, forwarded: it.forwarded)
    #expect(plain == found)
  }

  @Test(arguments: ["", "unix:", "unix:/run/voiced.sock", "in-memory"])
  func `a peer without an address has none`(peer: String) throws {
    #expect(try addresses([]).customer(of: context(peer, ["1.2.3.4"])) == nil)
    #expect(try addresses([]).guesser(of: context(peer, ["1.2.3.4"])) == nil)
  }

  @Test(arguments: [
    Case(peer: "203.0.113.9:4000", client: "203.0.113.9"),
    Case(peer: "203.0.113.9:4000", forwarded: ["10.0.0.1"], client: "203.0.113.9"),
    Case(peer: "[2001:db8:1:2::7]:4000", client: "2001:db8:1:2::"),
    Case(peer: "10.0.0.1:80", forwarded: ["127.0.0.1, 198.51.100.1"], client: "198.51.100.1"),
    Case(peer: "10.0.0.1:80", client: ""),
    Case(peer: "10.0.0.1:80", forwarded: ["unknown"], client: ""),
    Case(peer: "10.0.0.1:80", forwarded: ["198.51.100.1, unknown"], client: ""),
    Case(peer: "10.0.0.1:80", forwarded: ["10.0.0.1"], client: "10.0.0.1"),
    Case(peer: "10.0.0.1:80", forwarded: ["10.7.7.7"], client: "10.7.7.7"),
    Case(peer: "10.0.0.1:80", forwarded: ["10.7.7.7, 10.0.0.2"], client: "10.7.7.7"),
    Case(peer: "10.0.0.1:80", forwarded: ["198.51.100.1, 127.0.0.1"], client: "127.0.0.1"),
    Case(peer: "10.0.0.1:80", forwarded: ["::1"], client: "::"),
    Case(
      peer: "10.0.0.1:80", forwarded: ["6.6.6.6, 198.51.100.1", "10.0.0.9"], client: "198.51.100.1"),
    Case(
      peer: "10.0.0.1:80", forwarded: [String(repeating: "10.0.0.2,", count: 5_000) + "10.0.0.3"],
      client: "10.0.0.2"),
    Case(peer: "203.0.113.9:4000", forwarded: ["127.0.0.1"], client: "203.0.113.9"),
    Case(peer: "127.0.0.1:4000", client: ""),
    Case(peer: "127.9.9.9:4000", forwarded: ["198.51.100.1"], client: ""),
    Case(peer: "[::ffff:127.0.0.1]:4000", client: ""),
    Case(peer: "[::1]:4000", client: ""),
    Case(peer: "126.0.0.1:4000", client: "126.0.0.1"),
    Case(peer: "128.0.0.1:4000", client: "128.0.0.1"),
  ])
  func `a guesser is a client behind whom not everybody may be`(_ it: Case) throws {
    let found = try addresses(["10.0.0.0/8"]).guesser(of: context(it.peer, it.forwarded))
    #expect(found == NetworkAddress(it.client[...]))
  }

  @Test(arguments: [
    ("203.0.113.9", "203.0.113.0/24"), ("0.0.0.0", "0.0.0.0/24"),
    ("255.255.255.255", "255.255.255.0/24"), ("::ffff:1.2.3.4", "1.2.3.0/24"),
    ("2001:db8:1:2::7", "2001:db8:1::/48"), ("::1", "0:0:0::/48"),
  ])
  func `a network is named without what tells one person from others`(
    address: String, network: String
  ) throws {
    let found = try #require(NetworkAddress(address[...]))
    #expect(found.network == network && found.customer.network == network)
    #expect(NetworkBlock(network)?.contains(found) == true)
  }

  @Test func `customers of a network are told apart by what one of them has`() throws {
    let one = try #require(NetworkAddress("2001:db8:1:2:3::1")?.customer)
    #expect(one == NetworkAddress("2001:db8:1:2:ffff::9")?.customer)
    #expect(one != NetworkAddress("2001:db8:1:3:3::1")?.customer)
    #expect(NetworkAddress("1.2.3.4")?.customer != NetworkAddress("1.2.3.5")?.customer)
    #expect(NetworkAddress("::ffff:1.2.3.4") == NetworkAddress("1.2.3.4"))
  }

  @Test(arguments: [
    ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false),
    ("10.9.8.7/8", "10.1.1.1", true), ("192.168.4.0/22", "192.168.7.255", true),
    ("192.168.4.0/22", "192.168.8.0", false), ("0.0.0.0/0", "8.8.8.8", true),
    ("0.0.0.0/0", "2001:db8::1", false), ("::/0", "8.8.8.8", true),
    ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/33", "2001:db8:8000::1", false),
    ("2001:db8::1", "2001:db8::1", true), ("2001:db8::1", "2001:db8::2", false),
    ("2001:db8::/127", "2001:db8::1", true), ("127.0.0.1", "127.0.0.1", true),
  ])
  func `a block holds its addresses`(block: String, address: String, isIn: Bool) throws {
    let address = try #require(NetworkAddress(address[...]))
    #expect(try #require(NetworkBlock(block)).contains(address) == isIn)
  }

  @Test(arguments: [
    ("0.0.0.0/0", true), ("0.0.0.0/1", true), ("128.0.0.0/1", true), ("10.0.0.0/7", true),
    ("10.0.0.0/8", false), ("172.16.0.0/12", false), ("203.0.113.9", false), ("::/0", true),
    ("::ffff:0:0/96", true), ("::/64", true), ("::/80", true), ("::/95", false),
    ("::ffff:10.0.0.0/104", false),
    ("2000::/3", true), ("fc00::/7", true), ("fd00::/16", false), ("2001:db8::/32", false),
    ("::1", false),
  ])
  func `a block that anybody may be in is told from a network`(block: String, isWide: Bool) throws {
    #expect(try #require(NetworkBlock(block)).isPartOfTheInternet == isWide)
  }

  @Test(arguments: [
    "", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x", "10.0.0/8", "::/129", "example.in",
    "1.2.3.4/8/8",
  ])
  func `what is no block is refused`(text: String) {
    #expect(NetworkBlock(text) == nil)
  }

  @Test(arguments: [
    "", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1..2.3", "1.2.3.4 ", ":::", "1.2.3.4:",
    "g::1", "[1.2.3.4", "1.2.3.-4",
  ])
  func `what is no address is refused`(text: String) {
    #expect(NetworkAddress(text[...]) == nil)
  }
}
