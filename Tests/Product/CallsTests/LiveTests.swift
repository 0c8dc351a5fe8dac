internal import Audio
internal import Domain
internal import EventLoop
internal import Protobuf
internal import RPCCore
import Schema
internal import Speech
import Testing
internal import VoiceAPI

@testable internal import Calls

@Suite struct LiveTests {
  typealias V1 = Payaid.Voice.V1

  @Test func `what a client sends after the end is dropped`() async {
    let loop = EventLoop.start(name: "live")
    let (events, faults) = await Task(executorPreference: loop) {
      () -> ([CarrierLegEvent], [String?]) in
      let leg = LiveLeg(rate: .telephone, loop: loop)
      var faults = [leg.receive(.with { $0.frame = .dtmf("1") })]
      leg.clientLeft(.callerHungUp)
      for frame: V1.ClientFrame.Frame in [
        .dtmf("2"), .dtmf("no key"), .audio(.with { $0.pcm = [0, 0] }), .markPlayed("m"),
      ] {
        faults.append(leg.receive(.with { $0.frame = frame }))
      }
      var events: [CarrierLegEvent] = []
      leg.onEvent = { events.append($0) }
      return (events, faults)
    }.value
    await loop.stop()
    #expect(events == [.dtmf("1"), .stopped(.callerHungUp)])
    #expect(faults == [nil, nil, nil, nil, nil])
  }

  @Test(
    arguments: [
      (.failed, "model_failed", .unavailable), (.failed, "model_silent", .unavailable),
      (.failed, "carrier_silent", .deadlineExceeded), (.failed, "carrier_lost", .aborted),
      (.failed, "server_lost", .internal), (.completed, "caller_hung_up", nil),
      (.inProgress, "", nil),
    ] as [(V1.Call.State, String, StatusCode?)])
  func `a client is told why its call failed`(
    state: V1.Call.State, reason: String, code: StatusCode?
  ) {
    let fault = LiveService.fault(
      of: .with {
        $0.state = state
        $0.endReason = reason
      })
    #expect(fault?.code == code.map { Int32($0.rawValue) })
    #expect(fault?.message.isEmpty != true)
  }

  @Test(
    arguments: [
      (64, 1_000, nil), (65, 1_000, "start.variables: has 65 variables; the limit is 64"),
      (64, 1_001, "start.variables: a value has more than 1,000 characters"),
    ] as [(Int, Int, String?)])
  func `variables have limits in number and length`(count: Int, length: Int, message: String?) {
    let value = String(repeating: "न", count: length)
    let values = Dictionary(uniqueKeysWithValues: (0..<count).map { ("v\($0)", value) })
    var violations = FieldViolations()
    CallRules.checkSizes(of: values, path: "start.variables", &violations)
    var found: String?
    do { try violations.throwIfAny() } catch { found = (error as? RPCError)?.message }
    #expect(found == message)
  }
}
