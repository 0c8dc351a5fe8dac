import KeyValueSchema
import RPCCore
import RPCTesting
import Testing

/// Client, gRPC and service in one process, without a socket; time stands still.
@Suite struct InMemoryTests {
  private let bench = Bench()

  private var channel: InMemoryChannel {
    InMemoryChannel(services: [bench.service], interceptors: bench.interceptors)
  }

  @Test func `every method answers`() async throws {
    try await bench.callEverything(over: channel)
  }

  @Test func `every failure has its code and says why`() async throws {
    try await bench.failEverything(over: channel)
  }

  @Test func `a call with too little time left is not begun`() async throws {
    let channel = channel
    var options = Bench.options
    options.deadline = channel.clock.deadline(in: .milliseconds(4))
    let error = await #expect(throws: RPCError.self) {
      try await V1.KeyValueServiceClient(channel).get(.with { $0.key = "a" }, options: options)
    }
    #expect(error?.code == .deadlineExceeded)
    #expect(bench.counter.calls(of: "Get", ending: .deadlineExceeded) == 1)
  }
}
