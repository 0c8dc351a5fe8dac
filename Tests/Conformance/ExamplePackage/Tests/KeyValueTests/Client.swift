import KeyValue
import KeyValueSchema
import Protobuf
import RPCCore
import RPCProtobuf
import Schema
import Testing

typealias V1 = Example.Kv.V1

/// The service with its interceptors, and what a client must see of it over any channel.
struct Bench {
  let service = KeyValueService(Store())
  let counter = CallCounter()

  var interceptors: [Interceptor] {
    [
      .counting(in: counter), .authentication(tokens: ["secret": "test"]),
      .deadlines(atLeast: .milliseconds(5)),
    ]
  }

  static let options = CallOptions(metadata: ["authorization": "Bearer secret"])

  /// Every method once, by the generated client.
  func callEverything(over channel: any ClientChannel) async throws {
    let client = V1.KeyValueServiceClient(channel)
    let first = try await client.put(put("a.1", "one"), options: Self.options)
    #expect(first == .with { ($0.key, $0.value, $0.revision) = ("a.1", "one", 1) })
    #expect(try await client.get(.with { $0.key = "a.1" }, options: Self.options) == first)

    let stream = try await client.import(options: Self.options)
    for revision in 2...4 as ClosedRange<Int64> {
      try await stream.send(put("a.1", "again"))
      #expect(try await stream.responses.next()?.revision == revision)
    }
    try await stream.send(put("a.2", "ü 🙂"))
    try await stream.finishSending()
    #expect(try await stream.responses.next()?.key == "a.2")
    #expect(try await stream.responses.next() == nil)

    _ = try await client.put(put("b", ""), options: Self.options)
    var listed: [String] = []
    let list = try await client.list(.with { $0.prefix = "a." }, options: Self.options)
    for try await entry in list { listed.append("\(entry.key)=\(entry.value)") }
    #expect(listed == ["a.1=again", "a.2=ü 🙂"])
    #expect(counter.calls(of: "Put", ending: .ok) == 2)
  }

  /// What goes wrong, and how a client sees it.
  func failEverything(over channel: any ClientChannel) async throws {
    let client = V1.KeyValueServiceClient(channel)
    let missing = await #expect(throws: RPCError.self) {
      try await client.get(.with { $0.key = "none" }, options: Self.options)
    }
    #expect(missing?.code == .notFound)

    let wrong = await #expect(throws: RPCError.self) {
      try await client.put(put("No Spaces", ""), options: Self.options)
    }
    #expect(wrong?.code == .invalidArgument)
    #expect(wrong?.detail(Google.Rpc.BadRequest.self)?.fieldViolations.first?.field == "key")

    let stranger = await #expect(throws: RPCError.self) { try await client.put(put("a", "")) }
    #expect(stranger?.code == .unauthenticated)
    #expect(counter.calls(of: "Put", ending: .unauthenticated) == 1)
  }

  private func put(_ key: String, _ value: String) -> V1.PutRequest {
    .with { ($0.key, $0.value) = (key, value) }
  }
}
