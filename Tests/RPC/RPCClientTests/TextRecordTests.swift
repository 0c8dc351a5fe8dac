import EventLoop
import GRPC
import Glibc
import RPCCore
import Synchronization
import Testing

@testable import RPCClient

/// A name server on a thread of its own that answers every question with the same TXT records.
private final class NameServer: Sendable {
  let address: SocketAddress
  private let fd: CInt
  private let loop: EventLoop
  private let names = Mutex<[String]>([])

  var asked: [String] { names.withLock { $0 } }

  init(_ records: [[String]], code: UInt8 = 0) {
    fd = socket(AF_INET, CInt(SOCK_DGRAM.rawValue), 0)
    var own = sockaddr_in()
    own.sin_family = sa_family_t(AF_INET)
    own.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let fd = fd
    withUnsafeMutablePointer(to: &own) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = bind(fd, $0, size)
        _ = getsockname(fd, $0, &size)
      }
    }
    address = SocketAddress(host: "127.0.0.1", port: Int(UInt16(bigEndian: own.sin_port)))
    loop = EventLoop.start(name: "dns")
    loop.execute { [self] in serve(records, code) }
  }

  func stop() async {
    // It has no peer, and says so; whoever reads from it is woken all the same.
    _ = shutdown(fd, CInt(SHUT_RDWR))
    await loop.stop()
    close(fd)
  }

  private func serve(_ records: [[String]], _ code: UInt8) {
    var buffer = [UInt8](repeating: 0, count: 512)
    while true {
      var peer = sockaddr_in()
      var size = socklen_t(MemoryLayout<sockaddr_in>.size)
      let answer: [UInt8] = withUnsafeMutablePointer(to: &peer) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          let count = recvfrom(fd, &buffer, buffer.count, 0, $0, &size)
          guard count > 12 else { return [] }
          let answer = self.answer(Array(buffer[..<count]), records, code)
          _ = sendto(fd, answer, answer.count, 0, $0, size)
          return answer
        }
      }
      if answer.isEmpty { return }
    }
  }

  /// RFC 1035, 4.1: the question again, and an answer that points to its name for every record.
  private func answer(_ query: [UInt8], _ records: [[String]], _ code: UInt8) -> [UInt8] {
    var end = 12
    var labels: [String] = []
    while query[end] != 0 {
      let next = end + 1 + Int(query[end])
      labels.append(String(decoding: query[(end + 1)..<next], as: UTF8.self))
      end = next
    }
    names.withLock { $0.append(labels.joined(separator: ".")) }
    var reply = Array(query[..<2]) + [0x81, 0x80 | code, 0, 1, 0, UInt8(records.count), 0, 0, 0, 0]
    reply += query[12..<(end + 5)]
    for strings in records {
      let data = strings.flatMap { [UInt8($0.utf8.count)] + $0.utf8 }
      reply += [
        0xC0, 12, 0, 16, 0, 1, 0, 0, 0, 60, UInt8(data.count >> 8), UInt8(data.count & 255),
      ]
      reply += data
    }
    return reply
  }
}

/// The service config in DNS (gRFC A2).
@Suite struct TextRecordTests {
  private func resolve(_ server: NameServer) async throws -> NameResolution {
    let loop = EventLoop.start(name: "test")
    let resolver = DNSResolver(
      loop: loop, host: "localhost", port: 5, timeout: .seconds(10),
      lookup: DNSResolver.ConfigLookup(hostname: "web-1", lot: 0, server: server.address))
    let answer: Result<NameResolution, any Error>
    do { answer = .success(try await resolver.resolve()) } catch { answer = .failure(error) }
    await server.stop()
    await loop.stop()
    return try answer.get()
  }

  @Test func `a record in several strings is found beside the addresses`() async throws {
    let server = NameServer([
      ["v=spf1 -all"],
      [
        #"grpc_config=[{"clientHostname": ["web-1"], "#, #""serviceConfig": {"#, #""loadBalancing"#,
        #"Policy": "round_robin"}}]"#,
      ],
    ])
    let found = try await resolve(server)
    #expect(!found.addresses.isEmpty)
    #expect(found.serviceConfig?.loadBalancing == .roundRobin)
    #expect(server.asked == ["_grpc_config.localhost"])
  }

  @Test(arguments: [0, 3] as [UInt8])
  func `a name without a record leaves the channel its own config`(code: UInt8) async throws {
    let found = try await resolve(NameServer([], code: code))
    #expect(!found.addresses.isEmpty)
    #expect(found.serviceConfig == nil)
  }

  @Test func `a record that cannot be read is no answer`() async throws {
    let server = NameServer([["grpc_config=nonsense"]])
    #expect(await failure { try await resolve(server) }?.code == .unavailable)
  }
}
