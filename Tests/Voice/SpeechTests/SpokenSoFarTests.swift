import Buffers
import Testing

@testable import Speech

@Suite struct SpokenSoFarTests {
  private let pay = ToolCall(id: "1", name: "pay", arguments: [:])

  private func continued(_ spoken: SpokenSoFar) -> String {
    spoken.continued(RealtimeSetup(systemInstruction: "You sell tea.")).systemInstruction
  }

  @Test func `a call in which nothing was said begins as any other`() {
    var spoken = SpokenSoFar()
    spoken.note(.turnComplete)
    #expect(continued(spoken) == "You sell tea." && spoken.next == nil)
  }

  @Test func `what a function answered is told, and has to be spoken of`() {
    var spoken = SpokenSoFar()
    spoken.note(.inputTranscript(Recognition(text: "Pay it.")))
    spoken.note(.toolCalls([pay]))
    #expect(
      continued(spoken).hasSuffix("function: pay was broken off; it may have been carried out"))
    spoken.note([ToolResponse(id: "1", name: "pay", outcome: .output(["paid": true]))])
    #expect(
      continued(spoken).hasSuffix(#"caller: Pay it.\#nfunction: pay answered: {"paid":true}"#))
    #expect(spoken.next?.hasPrefix(#"pay answered: {"paid":true}"#) == true)
    spoken.note(.outputTranscript("It is paid."))
    #expect(spoken.next == nil)
  }

  @Test func `all that was asked for and not heard is asked for again`() {
    var spoken = SpokenSoFar()
    spoken.note(instruction: "Greet the caller.")
    spoken.note(instruction: "The caller pressed 1.")
    #expect(spoken.next == "Greet the caller.\nThe caller pressed 1.")
  }
}
