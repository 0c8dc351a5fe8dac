internal import EventLoop
internal import HTTP
internal import HTTPClient
internal import TLS
import Testing

@Suite struct HTTPClientTests {
  static let ok = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"

  @Test func `a request arrives whole and its response comes back`() async throws {
    let seen = Journal<Seen>()
    let response = try await withLoop { loop in
      let server = try ScriptedServer(loop) {
        seen.note($0)
        return "HTTP/1.1 201 Made\r\nX-One: a\r\nX-One: b\r\ncontent-length: 5\r\n\r\nhello"
      }
      let client = HTTPClient(loop: loop)
      return try await client.send(
        ClientRequest(
          method: "POST", url: "http://\(server.authority)/v1/a?b=c%20d",
          headers: ["content-type": "text/plain", "x-empty": ""], body: Array("body".utf8),
          basicAuth: .init(user: "key", password: "to:ken")))
    }
    #expect(response.status.rawValue == 201)
    #expect(response.headers.all("x-one") == ["a", "b"])
    #expect(response.body == Array("hello".utf8))
    let request = try #require(seen.items.first)
    #expect(request.head.method == "POST")
    #expect(request.head.target == "/v1/a?b=c%20d")
    #expect(request.body == Array("body".utf8))
    #expect(request.head.headers["authorization"] == "Basic a2V5OnRvOmtlbg==")
    #expect(request.head.headers.all("content-type") == ["text/plain"])
    #expect(request.head.headers["x-empty"] == "")
    #expect(!request.head.headers.contains("expect"))
  }

  @Test(arguments: ["GET", "DELETE", "POST", "PUT", "HEAD", "PATCH"])
  func `every method works without a body`(method: String) async throws {
    let seen = Journal<Seen>()
    let status = try await withLoop { loop in
      let server = try ScriptedServer(loop) {
        seen.note($0)
        return "HTTP/1.1 204 None\r\n\r\n"
      }
      let request = ClientRequest(method: method, url: "http://\(server.authority)/")
      return try await HTTPClient(loop: loop).send(request).status
    }
    #expect(status.rawValue == 204)
    #expect(seen.items.map(\.head.method) == [method])
  }

  @Test func `interim answers are skipped, chunks joined, trailers kept`() async throws {
    let response = try await withLoop { loop in
      let server = try ScriptedServer(loop) { _ in
        "HTTP/1.1 103 Early\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n"
          + "\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nx-sum: 5\r\n\r\n"
      }
      return try await HTTPClient(loop: loop).send(
        ClientRequest(url: "http://\(server.authority)/"))
    }
    #expect(response.body == Array("abcde".utf8))
    #expect(response.headers["x-sum"] == "5")
    #expect(!response.headers.contains("link"))
  }

  @Test func `a body is streamed to whoever asks for it`() async throws {
    let pieces = Journal<[UInt8]>()
    let response = try await withLoop { loop in
      let server = try ScriptedServer(loop) { _ in Self.ok }
      return try await HTTPClient(loop: loop).send(
        ClientRequest(url: "http://\(server.authority)/")
      ) { pieces.note($0) }
    }
    #expect(response.body == [])
    #expect(pieces.items.flatMap { $0 } == Array("ok".utf8))
  }

  @Test(arguments: [400, 302, 503])
  func `the body of an error is not given to whoever asks for what was streamed`(status: Int)
    async throws
  {
    let pieces = Journal<[UInt8]>()
    let response = try await withLoop { loop in
      let server = try ScriptedServer(loop) { _ in
        "HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 \(status) No\r\ncontent-length: 3\r\n\r\nwhy"
      }
      return try await HTTPClient(loop: loop).send(
        ClientRequest(url: "http://\(server.authority)/")
      ) { pieces.note($0) }
    }
    #expect(response.status.rawValue == status)
    #expect(response.body == Array("why".utf8))
    #expect(pieces.items.isEmpty)
  }

  @Test func `a redirect is an answer like any other`() async throws {
    let status = try await withLoop { loop in
      let server = try ScriptedServer(loop) { _ in
        "HTTP/1.1 302 Found\r\nlocation: /other\r\ncontent-length: 0\r\n\r\n"
      }
      return try await HTTPClient(loop: loop).send(
        ClientRequest(url: "http://\(server.authority)/")
      ).status
    }
    #expect(status.rawValue == 302)
  }

  @Test func `a connection is used again`() async throws {
    let seen = Journal<Int>()
    try await withLoop { loop in
      let server = try ScriptedServer(loop) {
        seen.note($0.connection)
        return Self.ok
      }
      let client = HTTPClient(loop: loop)
      for _ in 0..<5 {
        _ = try await client.send(ClientRequest(url: "http://\(server.authority)/"))
      }
    }
    #expect(seen.items == [1, 1, 1, 1, 1])
  }

  @Test func `many requests run at once, sent from other threads`() async throws {
    let loop = EventLoop.start(name: "many")
    let server = try await Task(executorPreference: loop) {
      LoopBound(
        try ScriptedServer(loop) {
          "HTTP/1.1 200 OK\r\ncontent-length: \($0.body.count)\r\n\r\n"
            + String(decoding: $0.body, as: UTF8.self)
        }, loop: loop)
    }.value
    let authority = await Task(executorPreference: loop) { server.value.authority }.value
    let client = HTTPClient(loop: loop)
    let sum = try await withThrowingTaskGroup(of: Int.self) { group in
      for number in 0..<40 {
        group.addTask {
          let response = try await client.send(
            ClientRequest(
              method: "POST", url: "http://\(authority)/", body: Array("\(number)".utf8)))
          return Int(String(decoding: response.body, as: UTF8.self)) ?? -1000
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(sum == 780)
    await loop.stop()
  }

  @Test func `https works with a certificate that is trusted, and not without`() async throws {
    let identity = try SelfSignedCertificate.generate(names: ["localhost"])
    let (status, stranger) = try await withLoop { loop in
      let context = try TLSContext.server(identity: identity, protocols: ["http/1.1"])
      let server = try ScriptedServer(loop, tls: context) { _ in Self.ok }
      let port = server.authority.split(separator: ":")[1]
      let request = ClientRequest(url: "https://localhost:\(port)/")
      let trusting = HTTPClient(loop: loop, trust: .authorities(identity.certificateChain))
      let status = try await trusting.send(request).status
      return (status, await Self.failure { try await HTTPClient(loop: loop).send(request) })
    }
    #expect(status.rawValue == 200)
    #expect(stranger?.kind == .connectFailed)
  }
}

@Suite struct HTTPClientFailureTests {
  @Test func `nobody listening can safely be tried again`() async throws {
    let error = try await withLoop { loop in
      let server = try ScriptedServer(loop) { _ in nil }
      let authority = server.authority
      server.close()
      try await loop.sleep(for: .milliseconds(1))
      return await HTTPClientTests.failure {
        try await HTTPClient(loop: loop).send(
          ClientRequest(url: "http://\(authority)/secret-token"))
      }
    }
    #expect(error?.kind == .connectFailed)
    #expect(error?.isSafelyRepeatable == true)
    #expect(error?.message.contains("secret-token") == false)
  }

  @Test func `a silent server is a timeout, repeatable only if no request arrived`() async throws {
    let arrived = Journal<Bool>()
    let error = try await withLoop { loop in
      let server = try ScriptedServer(loop) { _ in
        arrived.note(true)
        return "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n"
      }
      return await HTTPClientTests.failure {
        try await HTTPClient(loop: loop).send(
          ClientRequest(url: "http://\(server.authority)/", timeout: .milliseconds(50)))
      }
    }
    #expect(error?.kind == .timedOut)
    #expect(error?.requestMayHaveArrived == true || arrived.items.isEmpty)
    #expect(error?.isSafelyRepeatable == error.map { !$0.requestMayHaveArrived })
  }

  @Test(arguments: ["", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf"])
  func `a server that falls silent is given up before the whole time is over`(said: String)
    async throws
  {
    let pieces = Journal<[UInt8]>()
    let error = try await withLoop { loop in
      let server = try ScriptedServer(loop) { _ in said }
      return await HTTPClientTests.failure {
        var request = ClientRequest(url: "http://\(server.authority)/", timeout: .seconds(60))
        request.silenceTimeout = .milliseconds(500)
        let impatient = request
        return try await HTTPClient(loop: loop).send(impatient) { pieces.note($0) }
      }
    }
    #expect(error?.kind == .timedOut)
    #expect(error?.message.contains("nothing came") == true)
    #expect(pieces.items.flatMap { $0 } == (said.isEmpty ? [] : Array("half".utf8)))
  }

  @Test func `a response that ends in time is not hurt by the limit of its silence`() async throws {
    let body = try await withLoop { loop in
      let server = try ScriptedServer(loop) { _ in HTTPClientTests.ok }
      var request = ClientRequest(url: "http://\(server.authority)/")
      request.silenceTimeout = .seconds(1)
      let client = HTTPClient(loop: loop)
      let impatient = request
      let body = try await client.send(impatient).body
      // A timer that outlived its request would act within this time.
      try await loop.sleep(for: .milliseconds(1_200))
      return body
    }
    #expect(body == Array("ok".utf8))
  }

  @Test func `a server that hangs up has failed the exchange`() async throws {
    let error = try await withLoop { loop in
      let server = try ScriptedServer(loop) { _ in nil }
      return await HTTPClientTests.failure {
        try await HTTPClient(loop: loop).send(ClientRequest(url: "http://\(server.authority)/"))
      }
    }
    #expect(error?.kind == .exchangeFailed)
    #expect(error?.requestMayHaveArrived == true)
  }

  @Test func `what is sent once arrives once, though a kept connection closes on such requests`()
    async throws
  {
    let seen = Journal<String>()
    let error = try await withLoop { loop in
      let server = try ScriptedServer(loop) {
        seen.note($0.head.method)
        return $0.head.method == "GET" ? HTTPClientTests.ok : nil
      }
      let url = "http://\(server.authority)/"
      let client = HTTPClient(loop: loop)
      _ = try await client.send(ClientRequest(url: url))
      var request = ClientRequest(method: "POST", url: url, body: Array("dial".utf8))
      request.isSentOnce = true
      let once = request
      return await HTTPClientTests.failure { try await client.send(once) }
    }
    #expect(seen.items == ["GET", "POST"])
    #expect(error?.kind == .exchangeFailed)
    #expect(error?.requestMayHaveArrived == true)
  }

  @Test func `a response above the limit is refused`() async throws {
    let error = try await withLoop { loop in
      let server = try ScriptedServer(loop) { _ in
        "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n" + String(repeating: "x", count: 100)
      }
      var request = ClientRequest(url: "http://\(server.authority)/")
      request.maxResponseBytes = 99
      let limited = request
      return await HTTPClientTests.failure { try await HTTPClient(loop: loop).send(limited) }
    }
    #expect(error?.kind == .tooLarge)
  }

  @Test(arguments: [
    ClientRequest(url: "ftp://x/"), ClientRequest(url: "nonsense"),
    ClientRequest(url: "http://user:secret@x/"), ClientRequest(method: "A B", url: "http://x/"),
    ClientRequest(url: "http://x/", headers: ["a": "b\r\nc: d"]),
  ])
  func `a request that cannot be sent says so`(request: ClientRequest) async throws {
    let error = try await withLoop { loop in
      await HTTPClientTests.failure { try await HTTPClient(loop: loop).send(request) }
    }
    #expect(error?.kind == .badRequest)
    #expect(error?.message.contains("secret") == false)
  }

  @Test func `cancelling ends a request at once`() async throws {
    try await withLoop { loop in
      let arrived = Journal<Bool>()
      let server = try ScriptedServer(loop) { _ in
        arrived.note(true)
        return ""
      }
      let url = "http://\(server.authority)/"
      let client = HTTPClient(loop: loop)
      let task = Task(executorPreference: loop) { try await client.send(ClientRequest(url: url)) }
      while arrived.items.isEmpty { await Task.yield() }
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
    }
  }

  @Test(arguments: [true, false])
  func `closing the client or stopping the loop fails what is under way`(
    closes: Bool
  ) async throws {
    let loop = EventLoop.start(name: "stopped")
    let client = HTTPClient(loop: loop)
    let arrived = Journal<Bool>()
    let url = try await Task(executorPreference: loop) {
      let server = try ScriptedServer(loop) { _ in
        arrived.note(true)
        return ""
      }
      return "http://\(server.authority)/"
    }.value
    let task = Task { try await client.send(ClientRequest(url: url)) }
    while arrived.items.isEmpty { await Task.yield() }
    if closes { client.close() } else { await loop.stop() }
    let error = await HTTPClientTests.failure { try await task.value }
    #expect(error?.kind == .stopped)
    await loop.stop()
  }
}

extension HTTPClientTests {
  /// The client error that `body` throws; nil when it throws nothing or something else.
  static func failure<T>(_ body: () async throws -> T) async -> HTTPClientError? {
    do {
      _ = try await body()
      return nil
    } catch {
      return error as? HTTPClientError
    }
  }
}
