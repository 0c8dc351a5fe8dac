import Buffers
import Speech
import Testing

@testable import Vendors

@Suite struct GeminiLiveMemoryTests {
  @Test func `a session that is not resumed knows what was said, and owes what was asked`() throws {
    var machine = GeminiLiveMachine(lifetime: .seconds(500))
    _ = machine.start()
    _ = machine.opened(1, at: .seconds(1))
    _ = machine.received(.setupComplete, on: 1, at: .seconds(2))
    let pay = ToolCall(id: "p", name: "pay", arguments: [:])
    for event in [
      RealtimeEvent.outputTranscript("Hello."), .inputTranscript(Recognition(text: "I am Ravi.")),
      .toolCalls([pay]),
    ] { _ = machine.received(.speech(event), on: 1, at: .seconds(3)) }
    // Before the first handle.
    _ = machine.closed(1, code: 1006, reason: "")
    #expect(machine.opened(2, at: .seconds(4)) == [.sendSetup(2, handle: nil)])
    let requests = GeminiLiveRequests(
      setup: RealtimeSetup(systemInstruction: "You sell tea."), defaultModel: "gemini-3.8-live")
    let message = requests.setupMessage(resuming: nil, after: machine.spoken)
    let setup = try #require(try JSONValue(parsing: message)["setup"])
    let text = try #require(setup["systemInstruction"]?["parts"]?[0]?["text"]?.stringValue)
    #expect(text.hasPrefix("You sell tea.") && text.contains("agent: Hello.\ncaller: I am Ravi."))
    let resumed = requests.setupMessage(resuming: "h", after: machine.spoken)
    #expect(!String(decoding: resumed, as: UTF8.self).contains("Ravi"))
    let order = "The caller waits for your answer to what was said last. Give it now."
    #expect(
      machine.received(.setupComplete, on: 2, at: .seconds(5)) == [
        .deliver(.toolCallsCancelled(["p"])), .deliver(.reconnected(resumed: false)),
        .useAfresh(2, asking: order),
      ])
  }

  @Test func `a greeting that was not heard before the session was lost is asked for again`() {
    var machine = GeminiLiveMachine(lifetime: .seconds(500))
    _ = machine.start()
    _ = machine.opened(1, at: .seconds(1))
    _ = machine.received(.setupComplete, on: 1, at: .seconds(2))
    machine.asked("Greet the caller now.")
    _ = machine.closed(1, code: 1006, reason: "")
    _ = machine.opened(2, at: .seconds(4))
    let outputs = machine.received(.setupComplete, on: 2, at: .seconds(5))
    #expect(outputs.last == .useAfresh(2, asking: "Greet the caller now."))
  }
}
