import Audio
import Buffers
import Speech
import Testing

@testable import Vendors

@Suite struct AgentStreamTests {
  static let start = """
    {"event":"start","sequence_number":"1","stream_sid":"s1",
     "start":{"stream_sid":"s1","call_sid":"c1","account_sid":"payaid1",
              "from":"+919876543210","to":"+918047491899",
              "custom_parameters":{"key1":"value1"},
              "media_format":{"encoding":"audio/x-raw","sample_rate":"8000","bit_rate":"16"}}}
    """

  private func started() -> AgentStreamMachine {
    var machine = AgentStreamMachine(rate: .telephone)
    _ = machine.receive(Array(Self.start.utf8))
    return machine
  }

  private func media(_ payload: String) -> String {
    #"{"event":"media","sequence_number":3,"stream_sid":"s1","media":{"chunk":2,"timestamp":"200","payload":"\#(payload)"}}"#
  }

  @Test(arguments: [
    start,
    #"{"event":"start","sequenceNumber":1,"streamSid":"s1","start":{"streamSid":"s1","callSid":"c1","from":"+919876543210","to":"+918047491899","customParameters":{"key1":"value1"}}}"#,
    #"{"event":"start","stream_sid":"s1","start":{"call_sid":"c1","from":919876543210,"custom_parameters":null}}"#,
  ])
  func `every spelling of start is read`(text: String) throws {
    var machine = AgentStreamMachine(rate: .telephone)
    #expect(machine.receive(Array(#"{"event":"connected"}"#.utf8)) == .ignored)
    guard case .started(let start) = machine.receive(Array(text.utf8)) else {
      Issue.record("not started")
      return
    }
    #expect(start.carrierCallID.rawValue == "c1")
    #expect(start.streamID == "s1")
    #expect(start.from.hasSuffix("919876543210"))
    #expect(machine.receive(Array(text.utf8)) == .ignored)
  }

  @Test func `media is little-endian PCM, whatever the counters look like`() {
    var machine = started()
    #expect(
      machine.receive(Array(media("AQD//w==").utf8))
        == .audio(PCMFrame(samples: [1, -1], rate: .telephone), sentAt: .milliseconds(200)))
    #expect(machine.receive(Array(media("").utf8)) == .ignored)
  }

  static let stamps: [(String, Duration?)] = [
    (#""timestamp":"1500","#, .milliseconds(1_500)), (#""timestamp":0,"#, .zero), ("", nil),
    (#""timestamp":"soon","#, nil), (#""timestamp":-1,"#, nil), (#""timestamp":1e30,"#, nil),
    (#""timestamp":"86400001","#, nil),
  ]

  @Test(arguments: stamps) func `media has its sender's time, if that can be one`(
    member: String, sentAt: Duration?
  ) {
    var machine = started()
    let text = #"{"event":"media","media":{\#(member)"payload":"AQA="}}"#
    let frame = PCMFrame(samples: [1], rate: .telephone)
    #expect(machine.receive(Array(text.utf8)) == .audio(frame, sentAt: sentAt))
  }

  @Test(arguments: [
    (#"{"event":"dtmf","stream_sid":"s1","dtmf":{"digit":"5","duration":"100"}}"#, "5"),
    (#"{"event":"dtmf","stream_sid":"s1","dtmf":{"digit":7,"duration":100}}"#, "7"),
    (#"{"event":"dtmf","stream_sid":"s1","dtmf":{"digit":"*"}}"#, "*"),
  ])
  func `keys are read`(text: String, digit: String) {
    var machine = started()
    #expect(machine.receive(Array(text.utf8)) == .dtmf(digit))
  }

  @Test func `mark and stop are read`() {
    var machine = started()
    let mark = #"{"event":"mark","sequence_number":"15","stream_sid":"s1","mark":{"name":"t3"}}"#
    let stop = #"{"event":"stop","stream_sid":"s1","stop":{"call_sid":"c1","reason":"callended"}}"#
    #expect(machine.receive(Array(mark.utf8)) == .mark("t3"))
    #expect(machine.receive(Array(stop.utf8)) == .stopped(.callerHungUp))
    #expect(machine.receive(Array(media("AQA=").utf8)) == .ignored)
  }

  @Test(arguments: [
    (#"{"event":"media","media":{"payload":"AQA="}}"#, AgentStreamMachine.Fault.mediaBeforeStart),
    ("[1]", .notJSON), ("{", .notJSON), ("", .notJSON),
    (#"{"event":"start","start":{"stream_sid":"s1"}}"#, .noCallID),
    (#"{"event":"start","start":{"call_sid":"c1"}}"#, .noCallID),
    (String(repeating: " ", count: 262_145), .tooLarge),
  ])
  func `a broken rule ends the stream`(text: String, fault: AgentStreamMachine.Fault) {
    var machine = AgentStreamMachine(rate: .telephone)
    #expect(machine.receive(Array(text.utf8)) == .violation(fault))
    #expect(machine.receive(Array(Self.start.utf8)) == .ignored)
  }

  @Test(arguments: [
    ("!!!!", AgentStreamMachine.Fault.badBase64), ("AQ==", .oddByteCount), ("A", .badBase64),
    (String(repeating: "AAAA", count: 33_400), .payloadTooLarge),
  ])
  func `one broken payload is skipped, many end the stream`(
    payload: String, fault: AgentStreamMachine.Fault
  ) {
    var machine = started()
    for _ in 1..<AgentStreamMachine.strikeLimit {
      #expect(machine.receive(Array(media(payload).utf8)) == .skipped(fault))
    }
    #expect(machine.receive(Array(media(payload).utf8)) == .violation(.tooManyFaults))
  }

  @Test(arguments: [
    #"{"event":"silence"}"#, #"{"event":"clear"}"#, #"{"event":5}"#, "{}",
    #"{"event":"dtmf","dtmf":{"digit":"55"}}"#, #"{"event":"mark"}"#, #"{"event":"dtmf"}"#,
  ])
  func `what is unknown is ignored`(text: String) {
    var machine = started()
    #expect(machine.receive(Array(text.utf8)) == .ignored)
  }

  @Test func `no start in five seconds ends the stream, a start disarms that`() {
    var late = AgentStreamMachine(rate: .telephone)
    #expect(late.startLimitReached() == .violation(.noStart))
    var fine = started()
    #expect(fine.startLimitReached() == .ignored)
  }

  @Test func `what we send has string counters and times`() throws {
    var machine = started()
    let frame = PCMFrame(samples: [Int16](repeating: 1, count: 1_600), rate: .telephone)
    let first = try JSONValue(parsing: machine.media(frame))
    let second = try JSONValue(parsing: machine.media(frame))
    let mark = String(decoding: machine.mark("turn-3-end"), as: UTF8.self)
    let clear = String(decoding: machine.clear(), as: UTF8.self)
    #expect(first["event"]?.stringValue == "media")
    #expect(first["stream_sid"]?.stringValue == "s1")
    #expect(first["sequence_number"] == .string("1"))
    #expect(first["media"]?["timestamp"] == .string("0"))
    #expect(second["media"]?["timestamp"] == .string("200"))
    #expect(second["media"]?["chunk"] == .string("2"))
    let payload = try #require(first["media"]?["payload"]?.stringValue)
    #expect(Base64.decode(payload) == frame.littleEndianBytes)
    #expect(
      mark
        == #"{"event":"mark","sequence_number":"3","stream_sid":"s1","mark":{"name":"turn-3-end"}}"#
    )
    #expect(clear == #"{"event":"clear","sequence_number":"4","stream_sid":"s1"}"#)
  }
}
