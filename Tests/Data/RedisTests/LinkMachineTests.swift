import Testing

@testable internal import Redis

@Suite struct LinkMachineTests {
  @Test func `commands pass once a connection was greeted, and not before`() {
    var link = LinkMachine()
    #expect(!link.letsPass)
    #expect(link.start() == .connect)
    #expect(!link.letsPass)
    #expect(link.greeted() == true)
    #expect(link.letsPass)
    #expect(link.start() == .none)
  }

  @Test func `a failure closes the way at once and the pauses grow`() {
    var link = LinkMachine()
    _ = link.start()
    _ = link.greeted()
    #expect(link.failed() == .pause(failures: 1))
    #expect(!link.letsPass)
    #expect(link.failed() == .none)
    #expect(link.pauseOver() == .connect)
    #expect(link.failed() == .pause(failures: 2))
  }

  @Test func `a server that greets but never answers is tried ever more rarely`() {
    var link = LinkMachine()
    _ = link.start()
    for round in 1...5 {
      #expect(link.greeted() == true)
      #expect(link.failed() == .pause(failures: round))
      #expect(link.pauseOver() == .connect)
    }
    _ = link.greeted()
    link.answered()
    #expect(link.failed() == .pause(failures: 1))
  }

  @Test func `a greeting that comes after the end is too late`() {
    var link = LinkMachine()
    _ = link.start()
    link.close()
    #expect(link.greeted() == false)
    #expect(link.failed() == .none)
    #expect(link.pauseOver() == .none)
  }

  @Test(arguments: [(1, 50), (2, 100), (5, 800), (7, 2000), (60, 2000)])
  func `pauses double up to two seconds`(failures: Int, milliseconds: Int) {
    #expect(Backoff.delay(failures: failures, jitter: 1) == .milliseconds(milliseconds))
  }
}
