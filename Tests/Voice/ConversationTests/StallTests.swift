import Audio
import Buffers
import Conversation
import Speech
import Testing

@Suite struct StallTests {
  private var options: ConversationOptions {
    var options = ConversationOptions()
    options.greeting = nil
    return options
  }

  private func call() -> VirtualCall {
    var call = VirtualCall(options: options)
    call.begin()
    return call
  }

  @Test func `a turn that was begun and not ended is closed, and the model nudged`() throws {
    var call = call()
    call.answer(1_000, seconds: 1, text: "I am about to tell you", complete: false)
    call.run(until: 60_000)
    // Played out at 2 s; two waits of 8 s.
    let nudge = try #require(call.time(of: .prompt(options.modelNudge)))
    #expect(nudge > ms(9_900) && nudge < ms(10_600))
    #expect(call.transcript.map(\.text) == ["I am about to tell you"])
    #expect(call.end?.reason == .modelSilent)
    #expect(call.end.map { $0.at > ms(17_900) && $0.at < ms(18_600) } == true)
  }

  @Test func `after a nudge that helps the call goes on`() {
    var call = call()
    call.answer(1_000, seconds: 1, text: "I am about", complete: false)
    call.answer(12_000, seconds: 1, text: "Sorry.")
    call.run(until: 20_000)
    #expect(call.end == nil && call.prompts == [options.modelNudge])
    #expect(call.transcript.map(\.text) == ["I am about", "Sorry."])
  }

  @Test func `a model that stalls again after it was nudged is given up`() {
    var call = call()
    call.answer(1_000, seconds: 1, text: "I am", complete: false)
    call.answer(12_000, seconds: 1, text: "about", complete: false)
    call.run(until: 60_000)
    #expect(call.prompts == [options.modelNudge])
    #expect(call.end?.reason == .modelSilent)
  }

  @Test func `what is still played, and a caller who speaks, are waited for`() {
    var call = call()
    call.answer(1_000, seconds: 30, text: "A long story.", complete: false)
    call.speech = [ms(36_000)...ms(37_000)]
    call.run(until: 44_500)
    #expect(call.prompts.isEmpty)
    call.run(until: 46_000)
    #expect(call.prompts == [options.modelNudge])
  }

  @Test func `a function is waited for by its own limit`() {
    var options = options
    options.toolTimeout = .seconds(20)
    var call = VirtualCall(options: options)
    call.begin()
    call.answer(1_000, seconds: 1, text: "One moment.", complete: false)
    call.model(1_500, .toolCalls([ToolCall(id: "t", name: "look", arguments: [:])]))
    call.run(until: 20_000)
    #expect(call.prompts.isEmpty)
  }

  @Test func `a model that waits for a function which was cancelled is watched again`() {
    var call = call()
    call.speech = [ms(1_000)...ms(2_000)]
    call.model(3_000, .toolCalls([ToolCall(id: "t", name: "look", arguments: [:])]))
    call.model(3_500, .toolCallsCancelled(["t"]))
    call.run(until: 12_000)
    #expect(call.prompts == [options.modelNudge])
  }

  @Test func `an interruption that nothing follows is a caller's silence`() {
    var call = call()
    call.answer(1_000, seconds: 4, text: "A long answer.", complete: false)
    call.model(2_500, .interrupted)
    call.run(until: 13_000)
    #expect(call.prompts == [options.silencePrompt])
  }
}
