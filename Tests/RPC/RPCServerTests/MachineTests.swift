import EventLoop
import HTTP
import HTTP2
import RPCCore
import Testing

@testable import RPCServer

@Suite struct DrainMachineTests {
  @Test func `the real GOAWAY waits for the answer to our ping`() {
    var machine = DrainMachine()
    #expect(machine.begin(at: second(0), reason: "max_idle") == .announce("max_idle"))
    #expect(machine.acceptsStreams)
    #expect(machine.begin(at: second(1), reason: "again") == .nothing)
    #expect(machine.pingAcknowledged(remaining: 2) == .lastGoAway(close: false))
    #expect(!machine.acceptsStreams)
    #expect(machine.streamClosed(remaining: 1) == .nothing)
    #expect(machine.streamClosed(remaining: 0) == .close)
    #expect(machine.streamClosed(remaining: 0) == .nothing)
  }

  @Test func `a client that does not answer the ping is not waited for`() {
    var machine = DrainMachine()
    _ = machine.begin(at: second(0), reason: "")
    #expect(machine.tick(at: second(4), remaining: 0) == .nothing)
    #expect(machine.tick(at: second(5), remaining: 0) == .lastGoAway(close: true))
    #expect(machine.tick(at: second(9), remaining: 0) == .nothing)
  }

  @Test func `an ordinary stream's end means nothing while serving`() {
    var machine = DrainMachine()
    #expect(machine.streamClosed(remaining: 0) == .nothing)
    #expect(machine.pingAcknowledged(remaining: 0) == .nothing)
  }
}

@Suite struct AgeMachineTests {
  @Test(arguments: [(-1.0, 90), (0.0, 100), (1.0, 110)])
  func `the age limit is a tenth more or less`(random: Double, limit: Int) {
    var machine = AgeMachine(
      limit: .seconds(100), grace: .seconds(30), born: second(0), random: random)
    #expect(machine.tick(at: second(limit - 1)) == .nothing)
    #expect(machine.tick(at: second(limit)) == .drain)
    #expect(machine.tick(at: second(limit + 29)) == .nothing)
    #expect(machine.tick(at: second(limit + 30)) == .cut)
    #expect(machine.tick(at: second(limit + 99)) == .nothing)
  }

  @Test func `without a grace calls are never cut`() {
    var machine = AgeMachine(limit: .seconds(1), grace: nil, born: second(0), random: 0)
    #expect(machine.tick(at: second(5)) == .drain)
    #expect(machine.tick(at: second(1_000_000)) == .nothing)
  }

  @Test func `without a limit a connection lives`() {
    var machine = AgeMachine(limit: nil, grace: .zero, born: second(0), random: 0)
    #expect(machine.tick(at: second(1_000_000)) == .nothing)
  }
}

@Suite struct PingGuardTests {
  @Test func `the third early ping is one too many`() {
    var guardian = PingGuard(interval: .seconds(300))
    var answers: [PingGuard.Answer] = []
    for turn in 0..<4 {
      answers.append(
        guardian.received(at: second(turn * 10), framesSent: 0, hasCalls: true))
    }
    #expect(answers == [.fine, .fine, .fine, .tooMany])
  }

  @Test func `pings at the agreed pace are fine for ever`() {
    var guardian = PingGuard(interval: .seconds(300))
    for turn in 0..<20 {
      #expect(guardian.received(at: second(turn * 300), framesSent: 0, hasCalls: true) == .fine)
    }
  }

  @Test func `whatever we sent in between wipes the slate clean`() {
    var guardian = PingGuard(interval: .seconds(300))
    for turn in 0..<20 {
      let frames = UInt64(turn)
      #expect(guardian.received(at: second(turn), framesSent: frames, hasCalls: true) == .fine)
    }
  }

  @Test func `without calls the interval is two hours`() {
    var guardian = PingGuard(interval: .seconds(300))
    var answers: [PingGuard.Answer] = []
    for turn in 0..<4 {
      answers.append(
        guardian.received(at: second(turn * 400), framesSent: 0, hasCalls: false))
    }
    #expect(answers.last == .tooMany)
  }
}

@Suite struct KeepaliveMachineTests {
  @Test func `a silent peer is pinged, then given up`() {
    var machine = KeepaliveMachine(time: .seconds(100), timeout: .seconds(20))
    machine.received(at: second(0))
    #expect(machine.tick(at: second(99)) == .nothing)
    guard case .ping = machine.tick(at: second(100)) else {
      Issue.record("no ping")
      return
    }
    #expect(machine.tick(at: second(119)) == .nothing)
    #expect(machine.tick(at: second(120)) == .close)
  }

  @Test func `any bytes are a sign of life`() {
    var machine = KeepaliveMachine(time: .seconds(100), timeout: .seconds(20))
    machine.received(at: second(0))
    _ = machine.tick(at: second(100))
    machine.received(at: second(110))
    #expect(machine.tick(at: second(130)) == .nothing)
  }
}

@Suite struct StallWatchTests {
  @Test func `only a stream that moves nothing is stalled`() {
    var watch = StallWatch()
    let samples: [(sent: Int, pending: Int, at: Int)] = [
      (0, 5, 0), (0, 9, 29), (0, 9, 30), (1, 9, 31), (10, 0, 90), (10, 1, 91),
    ]
    var verdicts: [Bool] = []
    for sample in samples {
      verdicts.append(
        watch.isStalled(
          1, sent: sample.sent, pending: sample.pending, second(sample.at), .seconds(30)))
    }
    #expect(verdicts == [false, false, true, false, false, false])
  }
}

@Suite struct SnifferTests {
  @Test(arguments: [
    ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nrest", nil, Sniffer.Version.http2),
    ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r", nil, nil), ("P", nil, nil), ("PO", nil, .http1),
    ("GET /", nil, .http1), ("PRI * HTTP/1.1", nil, .http1), ("", "h2", .http2),
    ("PRI", "http/1.1", .http1),
  ])
  func `the first bytes, or ALPN, name the protocol`(
    text: String, alpn: String?, version: Sniffer.Version?
  ) {
    #expect(Sniffer.version(of: Array(text.utf8), alpn: alpn) == version)
  }
}

@Suite struct RouteTableTests {
  @Test(
    arguments: [
      ("/a/b", "literal", [:]), ("/a/x", "parameter", ["name": "x"]),
      ("/a/x%2Fy", "parameter", ["name": "x/y"]), ("/files/", "rest", ["path": ""]),
      ("/files/a/b.txt", "rest", ["path": "a/b.txt"]), ("/files", "rest", ["path": ""]),
      ("/a/", nil, [:]),
      ("/a/b/", nil, [:]), ("/a/%zz", nil, [:]), ("", nil, [:]), ("/a/b?c=/d", "literal", [:]),
      ("/a?/b", nil, [:]), ("/", "root", [:]), ("/?a=b", "root", [:]), ("/b", nil, [:]),
    ] as [(String, String?, [String: String])])
  func `literals win over parameters, parameters over the rest`(
    path: String, value: String?, parameters: [String: String]
  ) {
    var table = RouteTable<String>()
    table.update("/files/{path=**}") { _ in "rest" }
    table.update("/a/{name}") { _ in "parameter" }
    table.update("/a/b") { _ in "literal" }
    table.update("/") { _ in "root" }
    let found = table.find(HTTPRequestHead(method: "GET", target: path))
    #expect(found?.value == value)
    #expect(found?.parameters ?? [:] == parameters)
  }
}

@Suite struct MessageQueueTests {
  @Test func `messages come out as they went in`() {
    var queue = MessageQueue()
    var out: [UInt8] = []
    for round in 0..<50 as Range<UInt8> {
      queue.append([round])
      if round % 3 == 0, let message = queue.popFirst() { out += message.bytes }
    }
    while let message = queue.popFirst() { out += message.bytes }
    #expect(out == Array(0..<50))
    #expect(queue.isEmpty)
  }
}

@Suite struct AdmissionTests {
  private func refusal(_ admission: Admission, _ host: String, _ now: LoopInstant = second(0))
    -> RefusalReason?
  {
    if case .failure(let refusal) = admission.admit(host: host, at: now) {
      refusal.reason
    } else {
      nil
    }
  }

  @Test func `limits count connections in all and by address`() throws {
    var limits = ServerLimits()
    limits.connections = 3
    limits.connectionsPerAddress = 2
    let admission = Admission(limits)
    let first = try admission.admit(host: "a", at: second(0)).get()
    #expect(refusal(admission, "a") == nil)
    #expect(refusal(admission, "a") == .connectionsPerAddress)
    #expect(refusal(admission, "b") == nil)
    #expect(refusal(admission, "c") == .connections)
    admission.release(first)
    #expect(refusal(admission, "c") == nil)
  }

  @Test func `an address whose connections are cut too often waits`() throws {
    var limits = ServerLimits()
    limits.abusesPerAddress = .init(burst: 3, perSecond: 1)
    let admission = Admission(limits)
    for _ in 0..<3 {
      let ticket = try admission.admit(host: "a", at: second(0)).get()
      admission.strike(ticket, at: second(0))
      admission.release(ticket)
    }
    #expect(refusal(admission, "a") == .addressAbuse)
    #expect(refusal(admission, "b") == nil)
    #expect(refusal(admission, "a", second(1)) == nil)
    #expect(refusal(admission, "a", second(9)) == nil)
  }

  /// Has `count` connections of a host cut, one after the other.
  private func strike(
    _ admission: Admission, _ host: String, _ count: Int, at now: LoopInstant
  ) throws {
    for _ in 0..<count {
      let ticket = try admission.admit(host: host, at: now).get()
      admission.strike(ticket, at: now)
      admission.release(ticket)
    }
  }

  @Test func `a full table forgets addresses that have recovered, once a second at most`() throws {
    var limits = ServerLimits()
    limits.abusesPerAddress = .init(burst: 3, perSecond: 10)
    let admission = Admission(limits)
    for number in 0..<10_000 { try strike(admission, "\(number)", 1, at: second(0)) }
    // None has recovered; all have, and nobody looks; somebody looks again.
    let cases: [(String, Int64, RefusalReason?)] = [
      ("b", 50, nil), ("c", 900, nil), ("d", 1_050, .addressAbuse),
    ]
    for (host, milliseconds, answer) in cases {
      let now = LoopInstant(nanoseconds: milliseconds * 1_000_000)
      try strike(admission, host, 3, at: now)
      #expect(refusal(admission, host, now) == answer)
    }
  }

  @Test func `a connection that cannot be made is not counted`() throws {
    var limits = ServerLimits()
    limits.connections = 1
    let admission = Admission(limits)
    let ticket = try admission.admit(host: "a", at: second(0)).get()
    #expect(throws: RPCError.self) {
      try admission.spend(ticket) { _ -> Void in throw RPCError(.internal, "no memory is left") }
    }
    #expect(refusal(admission, "a") == nil)
  }
}

@Suite struct EndReasonTests {
  @Test(arguments: HTTP2Abuse.allCases)
  func `every limit of a connection has its reason`(abuse: HTTP2Abuse) {
    #expect(EndReason(abuse).rawValue == abuse.rawValue)
    #expect(EndReason(abuse).isAbuse && !EndReason(abuse).isOfStream)
  }
}

@Suite struct MemoryMeterTests {
  @Test func `a connection is bounded by itself and by what is above it`() {
    let whole = MemoryMeter(limit: 150)
    let one = MemoryMeter(limit: 100, parent: whole)
    do {
      let other = MemoryMeter(limit: 100, parent: whole)
      #expect(one.add(100) && !one.add(1) && one.add(-1))
      #expect(other.add(50) && !other.add(1))
    }
    // What the other held went with it.
    let third = MemoryMeter(limit: 100, parent: whole)
    #expect(third.add(50) && !third.add(1))
  }
}

func second(_ count: Int) -> LoopInstant {
  LoopInstant(nanoseconds: Int64(count) * 1_000_000_000)
}
