import Glibc
import HTTP
import Testing

@testable import RPCServer

/// Answers that their clients do not read are bounded in all.
@Suite struct ResponseMemoryTests {
  /// A route whose every answer has `size` bytes of its own.
  private static func large(_ size: Int) -> HTTPRoutes {
    var routes = HTTPRoutes()
    routes.handle("GET", "/large") { _ in
      HTTPExchangeResponse(
        contentType: "application/octet-stream", body: [UInt8](repeating: 1, count: size))
    }
    return routes
  }

  private static let request = Array(
    "GET /large HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n".utf8)

  @Test func `who hoards most is cut off when more waits than may, and others are served`()
    async throws
  {
    try await TestServer.run(
      routes: Self.large(1 << 20), limits: { $0.totalResponseMemory = 4 << 20 }
    ) { test in
      let modest = try RawClient.connect(test.address)
      defer { close(modest) }
      RawClient.post(Self.request, on: modest)
      let hoarder = try RawClient(test.address, window: 0)
      for _ in 0..<10 { _ = try hoarder.open("/large", method: "GET", HTTPHeaders(), end: true) }
      try hoarder.run { _ in false }
      #expect(hoarder.isClosed)
      #expect(RawClient.readToEnd(of: modest).count > 1 << 20)
    }
  }

  @Test func `an answer in HTTP/1.1 counts as well`() async throws {
    // More than the kernel takes for a client that does not read.
    let size = 64 << 20
    try await TestServer.run(
      routes: Self.large(size), limits: { $0.totalResponseMemory = 4 << 20 }
    ) { test in
      let fd = try RawClient.connect(test.address)
      defer { close(fd) }
      RawClient.post(Self.request, on: fd)
      #expect(RawClient.readToEnd(of: fd).count < size)
    }
  }
}
