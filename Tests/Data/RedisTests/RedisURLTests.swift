import EventLoop
import Testing

@testable internal import Redis

@Suite struct RedisURLTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let url: String
    let address: String
    var user: String?
    var password: String?
    var database = 0
    var isTLS = false
    var testDescription: String { url }
  }

  @Test(arguments: [
    Case(url: "redis://cache.example.in", address: "cache.example.in:6379"),
    Case(url: "redis://10.0.0.7:7000/3", address: "10.0.0.7:7000", database: 3),
    Case(url: "REDIS://localhost:6379/", address: "localhost:6379"),
    Case(url: "redis://[::1]:6380", address: "[::1]:6380"),
    Case(url: "redis://[::1]", address: "[::1]:6379"),
    Case(url: "redis://:p%40ss@h:1", address: "h:1", password: "p@ss"),
    Case(url: "redis://voice:a:b@h:1", address: "h:1", user: "voice", password: "a:b"),
    Case(url: "rediss://voice:x@h", address: "h:6379", user: "voice", password: "x", isTLS: true),
    Case(url: "unix:///run/redis.sock", address: "unix:/run/redis.sock"),
    Case(url: "unix:///run/redis.sock?db=2", address: "unix:/run/redis.sock", database: 2),
  ])
  func `a url says where Redis is`(_ it: Case) throws {
    let read = try RedisConfiguration(url: it.url)
    #expect(read.address.description == it.address)
    #expect((read.username, read.password) == (it.user, it.password))
    #expect((read.database, read.trust != nil) == (it.database, it.isTLS))
  }

  @Test(arguments: [
    "", "redis", "http://h:1", "redis://", "redis://:6379", "redis://h:port", "redis://h:99999",
    "redis://h/x", "redis://h/-1", "redis://user@h", "redis://u:%zz@h", "redis://u:%f@h",
    "redis://u:%ff@h", "unix://run/redis.sock", "unix:///s?database=1", "unix:///s?db=one",
  ])
  func `what is no url of a Redis is refused without quoting it`(_ url: String) throws {
    let error = #expect(throws: RedisError.self) { try RedisConfiguration(url: url) }
    #expect(error?.kind == .configuration)
    #expect(error?.message.contains("%") == false)
  }

  @Test func `a command is written as an array of byte strings`() {
    var bytes: [UInt8] = []
    RedisCommand("SET", "k", .bytes([0, 13, 10, 255]), "PX", 500).encode(into: &bytes)
    let expected =
      Array("*5\r\n$3\r\nSET\r\n$1\r\nk\r\n$4\r\n".utf8) + [0, 13, 10, 255]
      + Array("\r\n$2\r\nPX\r\n$3\r\n500\r\n".utf8)
    #expect(bytes == expected)
  }
}
