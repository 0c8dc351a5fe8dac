import EventLoop
import RPCCore
import Testing

@testable import RPCClient

private func address(_ port: Int) -> SocketAddress { SocketAddress(host: "127.0.0.1", port: port) }
private let (a, b, c) = (address(1), address(2), address(3))
private let broken = AddressState.failed(RPCError(.unavailable, "a test"))

extension Picker {
  /// What a picker says, in a form to compare.
  fileprivate var text: String {
    switch self {
    case .wait: "wait"
    case .fail(let error): "fail \(error.code)"
    case .use(let addresses): "use " + addresses.map { "\($0.port ?? 0)" }.joined(separator: " ")
    }
  }
}

@Suite struct PickFirstTests {
  private func balancer(_ addresses: [SocketAddress]) -> PickFirst {
    var machine = PickFirst()
    _ = machine.update(addresses)
    return machine
  }

  @Test func `it connects when somebody needs it, and to the first address`() {
    var machine = balancer([a, b])
    #expect(machine.state == .idle)
    #expect(machine.connect() == [.connect(a), .startTimer])
    #expect(machine.connect() == [])
    #expect(machine.state == .connecting)
    #expect(machine.picker.text == "wait")
    #expect(machine.changed(a, to: .ready) == [.stopTimer])
    #expect(machine.state == .ready)
    #expect(machine.picker.text == "use 1")
  }

  @Test func `a failure brings the next address; the first that answers is kept`() {
    var machine = balancer([a, b, c])
    _ = machine.connect()
    #expect(machine.changed(a, to: broken) == [.connect(b), .startTimer])
    #expect(machine.changed(b, to: .ready) == [.stopTimer, .drop(a)])
    #expect(machine.changed(a, to: .ready) == [])
    #expect(machine.picker.text == "use 2")
  }

  @Test func `a slow address is joined by the next one`() {
    var machine = balancer([a, b])
    _ = machine.connect()
    #expect(machine.timerFired() == [.connect(b), .stopTimer])
    #expect(machine.changed(a, to: .ready) == [.stopTimer, .drop(b)])
  }

  @Test func `when each has failed calls fail, until one is reached`() {
    var machine = balancer([a, b])
    _ = machine.connect()
    _ = machine.changed(a, to: broken)
    #expect(machine.changed(b, to: broken) == [.stopTimer, .resolve])
    #expect(machine.state == .transientFailure)
    #expect(machine.picker.text == "fail UNAVAILABLE")
    #expect(machine.changed(a, to: .idle) == [.connect(a)])
    #expect(machine.state == .transientFailure)
    #expect(machine.changed(a, to: broken) == [.stopTimer])
    #expect(machine.changed(b, to: .idle) == [.connect(b)])
    #expect(machine.changed(b, to: .ready) == [.stopTimer, .drop(a)])
    #expect(machine.state == .ready)
  }

  @Test func `the addresses are old again after as many more failures as there are of them`() {
    var machine = balancer([a, b])
    _ = machine.connect()
    for address in [a, b] { _ = machine.changed(address, to: broken) }
    var answers: [[BalancerAction]] = []
    for address in [a, b, a, b] {
      _ = machine.changed(address, to: .idle)
      answers.append(machine.changed(address, to: broken))
    }
    #expect(
      answers == [[.stopTimer], [.stopTimer, .resolve], [.stopTimer], [.stopTimer, .resolve]])
  }

  @Test func `new addresses that fail, too, are old when each has`() {
    var machine = balancer([a])
    _ = machine.connect()
    _ = machine.changed(a, to: broken)
    #expect(machine.update([b, c]) == [.drop(a), .connect(b), .startTimer])
    #expect(machine.changed(b, to: broken) == [.connect(c), .stopTimer])
    #expect(machine.changed(c, to: broken) == [.stopTimer, .resolve])
  }

  @Test func `an address that is tried again within the pass still counts as failed`() {
    var machine = balancer([a, b])
    _ = machine.connect()
    _ = machine.changed(a, to: broken)
    #expect(machine.changed(a, to: .idle) == [.connect(a)])
    #expect(machine.changed(b, to: broken) == [.stopTimer, .resolve])
    #expect(machine.state == .transientFailure)
  }

  @Test func `a lost connection makes it idle and the addresses old`() {
    var machine = balancer([a, b])
    _ = machine.connect()
    _ = machine.changed(a, to: .ready)
    #expect(machine.changed(a, to: .idle) == [.resolve])
    #expect(machine.state == .idle)
    #expect(machine.connect() == [.connect(a), .startTimer])
  }

  @Test func `a connection to an address that stays is kept`() {
    var machine = balancer([a, b])
    _ = machine.connect()
    _ = machine.changed(a, to: .ready)
    #expect(machine.update([c, a]) == [])
    #expect(machine.picker.text == "use 1")
    #expect(machine.update([c]) == [.drop(a), .connect(c), .stopTimer])
    #expect(machine.picker.text == "wait")
  }

  @Test func `no addresses are a failure, until there are some`() {
    var machine = PickFirst()
    #expect(machine.update([]) == [.stopTimer, .resolve])
    #expect(machine.state == .transientFailure)
    #expect(machine.connect() == [])
    #expect(machine.update([a]) == [.connect(a), .stopTimer])
    #expect(machine.changed(a, to: .ready) == [.stopTimer])
    #expect(machine.state == .ready)
  }
}

@Suite struct RoundRobinTests {
  @Test func `all addresses are connected at once and used in turn as they are ready`() {
    var machine = RoundRobin()
    #expect(machine.update([a, b]) == [.connect(a), .connect(b)])
    #expect(machine.state == .connecting)
    #expect(machine.changed(b, to: .ready) == [])
    #expect(machine.picker.text == "use 2")
    #expect(machine.changed(a, to: .ready) == [])
    #expect(machine.picker.text == "use 1 2")
    #expect(machine.state == .ready)
  }

  @Test func `a lost one is connected again, meanwhile the others serve`() {
    var machine = RoundRobin()
    _ = machine.update([a, b])
    _ = machine.changed(a, to: .ready)
    _ = machine.changed(b, to: .ready)
    #expect(machine.changed(a, to: .idle) == [.resolve, .connect(a)])
    #expect(machine.picker.text == "use 2")
  }

  @Test func `calls fail only when all addresses have failed, and until one is reached`() {
    var machine = RoundRobin()
    _ = machine.update([a, b])
    #expect(machine.changed(a, to: broken) == [.resolve])
    #expect(machine.state == .connecting)
    #expect(machine.changed(b, to: broken) == [.resolve])
    #expect(machine.picker.text == "fail UNAVAILABLE")
    #expect(machine.changed(a, to: .idle) == [.connect(a)])
    #expect(machine.state == .transientFailure)
    #expect(machine.changed(a, to: .ready) == [])
    #expect(machine.picker.text == "use 1")
  }

  @Test func `addresses come and go`() {
    var machine = RoundRobin()
    _ = machine.update([a, b])
    _ = machine.changed(a, to: broken)
    #expect(machine.update([b, c]) == [.drop(a), .connect(c)])
    #expect(machine.changed(a, to: .ready) == [])
    #expect(machine.state == .connecting)
    #expect(machine.update([]) == [.drop(b), .drop(c), .resolve])
    #expect(machine.state == .transientFailure)
  }
}

@Suite struct TargetTests {
  @Test(arguments: [
    ("dns:///10.0.0.1:5000", ["10.0.0.1:5000"], "10.0.0.1:5000"),
    ("10.0.0.1", ["10.0.0.1:443"], "10.0.0.1"),
    ("localhost:80", ["localhost:80"], "localhost:80"),
    ("ipv4:10.0.0.1:1,10.0.0.2", ["10.0.0.1:1", "10.0.0.2:443"], "10.0.0.1:1"),
    ("ipv6:[::1]:7,[::2],::3", ["[::1]:7", "[::2]:443", "[::3]:443"], "[::1]:7"),
    ("unix:run/a.sock", ["unix:run/a.sock"], "localhost"),
    ("unix:///run/a.sock", ["unix:/run/a.sock"], "localhost"),
  ])
  func `addresses are read`(text: String, addresses: [String], authority: String) throws {
    let target = try Target(text)
    guard case .addresses(let found) = target.source else {
      Issue.record("no addresses")
      return
    }
    #expect(found.map(\.description) == addresses)
    #expect(target.authority == authority)
  }

  @Test(arguments: [
    ("example.org", "example.org", 443), ("dns:example.org:80", "example.org", 80),
    ("dns:///example.org:80", "example.org", 80),
  ])
  func `names are looked up later`(text: String, host: String, port: Int) throws {
    let target = try Target(text)
    guard case .name(host, port) = target.source else {
      Issue.record("no name")
      return
    }
    #expect(target.host == host)
  }

  @Test(arguments: [
    "", ":80", "dns://8.8.8.8/example.org", "dns:", "ipv4:example.org:80", "ipv4:", "ipv4:::1",
    "ipv6:10.0.0.1", "unix:", "unix://host/path", "xds:///a", "a:b", "a:70000", "[::1", "[::1]x",
  ])
  func `what is no target is refused`(text: String) {
    #expect(throws: TargetError.self) { try Target(text) }
  }

  @Test func `a certificate's other name stands before the port`() throws {
    let target = try Target("ipv4:10.0.0.1:5000")
    #expect(target.authority(named: "example.org") == "example.org:5000")
    #expect(target.authority(named: nil) == "10.0.0.1:5000")
  }
}

@Suite struct KeepaliveTests {
  private func second(_ value: Int64) -> LoopInstant {
    LoopInstant(nanoseconds: value * 1_000_000_000)
  }

  @Test func `a silent connection with calls is asked, and given up without an answer`() {
    var machine = Keepalive(interval: .seconds(10), timeout: .seconds(5))
    machine.didRead(at: second(0))
    #expect(machine.check(at: second(9), hasCalls: true) == .wait)
    #expect(machine.check(at: second(10), hasCalls: false) == .wait)
    #expect(machine.check(at: second(10), hasCalls: true) == .sendPing)
    #expect(machine.check(at: second(14), hasCalls: true) == .wait)
    #expect(machine.check(at: second(15), hasCalls: true) == .giveUp)
  }

  @Test func `any byte is an answer`() {
    var machine = Keepalive(interval: .seconds(10), timeout: .seconds(5))
    machine.didRead(at: second(0))
    #expect(machine.check(at: second(10), hasCalls: true) == .sendPing)
    machine.didRead(at: second(14))
    #expect(machine.check(at: second(15), hasCalls: true) == .wait)
  }

  @Test func `a call on a connection that was silent for long asks first`() {
    var machine = Keepalive(interval: .seconds(10), timeout: .seconds(5))
    machine.didRead(at: second(0))
    #expect(machine.willBegin(at: second(9)) == false)
    #expect(machine.willBegin(at: second(60)) == true)
    #expect(machine.willBegin(at: second(61)) == false)
    #expect(machine.check(at: second(65), hasCalls: true) == .giveUp)
  }

  @Test(arguments: [(1, 20), (10, 20), (60, 120)])
  func `a server's complaint doubles the interval that counts`(before: Int, after: Int) {
    #expect(Keepalive.lengthened(.seconds(before)) == .seconds(after))
  }

  @Test func `a connection without calls is asked when that is wanted`() {
    var machine = Keepalive(interval: .seconds(1), timeout: .seconds(5), withoutCalls: true)
    machine.didRead(at: second(0))
    #expect(machine.check(at: second(9), hasCalls: false) == .wait)
    #expect(machine.check(at: second(10), hasCalls: false) == .sendPing)
  }
}
