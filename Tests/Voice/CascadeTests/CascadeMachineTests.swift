import Audio
import Buffers
import Speech
import Testing

@testable import Cascade

@Suite struct CascadeMachineTests {
  private let lookup = ToolCall(id: "1", name: "look", arguments: [:])

  @Test func `words become an answer, and its sentences sound, one after the other`() throws {
    var scene = CascadeScene()
    let asked = try scene.ask("When do you open?")
    #expect(asked.request.turns == [.user("When do you open?")])
    #expect(asked.request.instruction.hasSuffix("You sell tea."))
    scene.feed(.answerText(asked.number, "We open at nine. And we"))
    #expect(scene.outputs.compactMap(\.speech?.words.text) == ["We open at nine."])
    scene.feed(.answerText(asked.number, " close at six."))
    scene.feed(
      .answered(asked.number, .success(ChatAnswer(text: "We open at nine. And we close at six."))))
    #expect(scene.speak() == ["We open at nine.", "And we close at six."])
    #expect(
      scene.take().events == [
        .outputTranscript("We open at nine. "), .outputTranscript("And we close at six. "),
        .generationComplete,
      ])
    scene.now = try #require(scene.machine.nextDeadline)
    scene.feed(.tick)
    #expect(scene.take().events == [.turnComplete])
  }

  @Test func `an utterance has what was before it, and the call's languages`() throws {
    var scene = CascadeScene { $0.spokenLanguages = ["hi-IN", "en-IN"] }
    scene.hear(false, .seconds(2))
    scene.hear(true, .seconds(1))
    scene.hear(false, .milliseconds(700))
    guard case .recognize(_, let utterance, let languages)? = scene.outputs.first else {
      Issue.record("nothing was recognised")
      return
    }
    #expect(languages == ["hi-IN", "en-IN"])
    #expect((Duration.milliseconds(1_600)...(.milliseconds(1_900))).contains(utterance.duration))
  }

  @Test func `what each vendor was given is told, for the bill`() throws {
    var scene = CascadeScene()
    scene.hear(true, .seconds(1))
    scene.hear(false, .milliseconds(700))
    #expect(scene.outputs.usage == SpeechUsage(recognizedSeconds: 2))
    let number = try #require(scene.take().lazy.compactMap(\.recognition).first)
    scene.feed(
      .recognized(number, .success(Recognition(text: "Hello?", languageCode: "en-IN"))))
    let question = try scene.question()
    let tokens = TokenUsage(prompt: 12, response: 7)
    scene.feed(.answered(question.number, .success(ChatAnswer(text: "", usage: tokens))))
    #expect(scene.take().usage == SpeechUsage(chat: tokens))
    let again = try scene.ask("Who is it?")
    scene.answer(again.number, "नमस्ते।")
    #expect(scene.take().usage.spokenCharacters == 7)
  }

  @Test func `silence and a click are no utterance`() {
    var scene = CascadeScene()
    scene.hear(false, .seconds(3))
    scene.hear(true, .milliseconds(20))
    scene.hear(false, .seconds(1))
    #expect(scene.outputs.isEmpty)
  }

  @Test func `the caller speaks over the agent, and only what was heard was said`() throws {
    var scene = CascadeScene()
    let asked = try scene.ask("Tell me about tea.")
    scene.answer(asked.number, "Tea is a plant. It grows in Assam. It is picked by hand.")
    #expect(scene.speak(.seconds(2)).count == 3)
    _ = scene.take()
    scene.hear(false, .seconds(2))
    scene.hear(true, .milliseconds(200))
    #expect(scene.take().events == [.interrupted, .turnComplete])
    let next = try scene.ask("Stop.")
    guard case .model(let heard) = next.request.turns[1] else {
      Issue.record("there is no answer in the history")
      return
    }
    #expect(heard.text.hasPrefix("Tea is a plant.") && !heard.text.contains("hand"))
    #expect(next.request.turns.last == .user("Stop."))
  }

  @Test func `who goes on before the answer is heard is answered to all of it`() throws {
    var scene = CascadeScene()
    let first = try scene.ask("My order number is")
    scene.hear(true, .milliseconds(200))
    #expect(scene.outputs.contains(.stop(first.number)))
    let second = try scene.ask("four two seven one.")
    #expect(second.request.turns == [.user("My order number is\nfour two seven one.")])
    scene.answer(first.number, "Too late.")
    #expect(scene.take().allSatisfy { $0.speech == nil })
  }

  @Test func `who speaks between two sentences interrupts, and what was heard was said`() throws {
    var scene = CascadeScene()
    let asked = try scene.ask("Tell me about tea.")
    scene.feed(.answerText(asked.number, "Tea is a plant. It"))
    #expect(scene.speak() == ["Tea is a plant."])
    _ = scene.take()
    scene.hear(false, .seconds(2))
    scene.hear(true, .milliseconds(200))
    let outputs = scene.take()
    #expect(outputs.contains(.stop(asked.number)))
    #expect(outputs.events == [.interrupted, .turnComplete])
    let next = try scene.ask("And coffee?")
    #expect(
      next.request.turns == [
        .user("Tell me about tea."), .model(ChatAnswer(text: "Tea is a plant. …")),
        .user("And coffee?"),
      ])
  }

  @Test func `what was said before a function was called is in the history once`() throws {
    var scene = CascadeScene()
    let asked = try scene.ask("Where is my order?")
    scene.answer(asked.number, "One moment.", calls: [lookup])
    _ = scene.speak()
    scene.hear(false, .seconds(2))
    scene.feed(.toolResponses([ToolResponse(id: "1", name: "look", outcome: .output([:]))]))
    let again = try scene.question()
    scene.answer(again.number, "It was sent by mail.")
    #expect(scene.speak(.seconds(2)) == ["It was sent by mail."])
    scene.hear(false, .seconds(1))
    scene.hear(true, .milliseconds(200))
    let next = try scene.ask("When?")
    guard case .model(let heard) = next.request.turns[3] else {
      Issue.record("there is no answer in the history")
      return
    }
    #expect(heard.text == "It was …")
  }

  @Test func `an agent that may not be interrupted does not hear what is said meanwhile`() throws {
    var scene = CascadeScene { $0.isInterruptible = false }
    let asked = try scene.ask("Hello.")
    scene.answer(asked.number, "This has to be heard to its end.")
    _ = scene.speak(.seconds(4))
    _ = scene.take()
    scene.hear(true, .seconds(1))
    scene.hear(false, .milliseconds(700))
    #expect(scene.take().isEmpty)
    scene.hear(false, .seconds(4))
    #expect(scene.take().events == [.turnComplete])
    _ = try scene.ask("And now?")
  }

  @Test func `an instruction cuts the turn short and is marked as one`() throws {
    var scene = CascadeScene()
    scene.feed(.instruct("Greet the caller now."))
    let greeting = try scene.question()
    #expect(greeting.request.turns == [.user("[instruction] Greet the caller now.")])
    scene.answer(greeting.number, "Hello, this is the tea shop.")
    _ = scene.speak(.seconds(3))
    _ = scene.take()
    scene.feed(.instruct("Say goodbye."))
    let outputs = scene.take()
    #expect(outputs.events == [.interrupted, .turnComplete])
    #expect(
      outputs.compactMap(\.question).first?.request.turns.last
        == .user("[instruction] Say goodbye."))
  }

  @Test func `a function's answer goes on with the turn`() throws {
    var scene = CascadeScene { $0.tools = [ToolDeclaration(name: "look", summary: "Looks.")] }
    let asked = try scene.ask("Where is my order?")
    #expect(asked.request.tools.map(\.name) == ["look"])
    scene.answer(asked.number, "One moment.", calls: [lookup])
    #expect(scene.speak() == ["One moment."])
    #expect(
      scene.take().events == [.toolCalls([lookup]), .outputTranscript("One moment. ")])
    let response = ToolResponse(id: "1", name: "look", outcome: .output(["state": "sent"]))
    scene.feed(.toolResponses([response]))
    let again = try scene.question()
    #expect(
      again.request.turns.count == 3 && again.request.turns.last == .toolResponses([response]))
    scene.answer(again.number, "It was sent.")
    #expect(scene.speak() == ["It was sent."])
    #expect(scene.take().events == [.outputTranscript("It was sent. "), .generationComplete])
  }

  @Test(arguments: [nil, "Hello?"])
  func `a function's answer is spoken of also after a noise, or with what was said meanwhile`(
    words: String?
  ) throws {
    var scene = CascadeScene()
    let asked = try scene.ask("Where is my order?")
    scene.answer(asked.number, "", calls: [lookup])
    let response = ToolResponse(id: "1", name: "look", outcome: .output(["state": "sent"]))
    scene.feed(.toolResponses([response]))
    let withdrawn = try scene.question()
    let number = try scene.utterance()
    scene.answer(withdrawn.number, "Too late.")
    #expect(scene.take().isEmpty)
    scene.feed(.recognized(number, .success(words.map { Recognition(text: $0) })))
    let again = try scene.question()
    #expect(again.request.turns == withdrawn.request.turns + (words.map { [.user($0)] } ?? []))
    // It is owed once.
    scene.answer(again.number, "It was sent.")
    _ = scene.speak()
    scene.hear(false, .seconds(3))
    _ = scene.take()
    let noise = try scene.utterance()
    scene.feed(.recognized(noise, .success(nil)))
    #expect(scene.take().isEmpty)
  }

  @Test func `what is said while a function runs is asked after it`() throws {
    var scene = CascadeScene()
    let asked = try scene.ask("Where is my order?")
    scene.answer(asked.number, "", calls: [lookup])
    _ = scene.take()
    let number = try scene.utterance()
    scene.feed(
      .recognized(number, .success(Recognition(text: "Are you there?", languageCode: "en-IN"))))
    #expect(
      scene.take().events == [
        .inputTranscript(Recognition(text: "Are you there? ", languageCode: "en-IN"))
      ])
    scene.feed(
      .toolResponses([ToolResponse(id: "1", name: "look", outcome: .output(["state": "sent"]))]))
    let again = try scene.question()
    scene.answer(again.number, "It was sent.")
    _ = scene.speak()
    scene.hear(false, .seconds(2))
    #expect(
      scene.take().compactMap(\.question).first?.request.turns.last == .user("Are you there?"))
  }

  @Test func `a function is cancelled when the caller speaks over the agent`() throws {
    var scene = CascadeScene()
    let asked = try scene.ask("Where is my order?")
    scene.answer(asked.number, "One moment, I am looking.", calls: [lookup])
    _ = scene.speak(.seconds(3))
    _ = scene.take()
    scene.hear(true, .milliseconds(200))
    #expect(scene.take().events == [.toolCallsCancelled(["1"]), .interrupted, .turnComplete])
    scene.feed(.toolResponses([ToolResponse(id: "1", name: "look", outcome: .output([:]))]))
    #expect(scene.take().isEmpty)
    let next = try scene.ask("Never mind.")
    guard case .toolResponses(let answers) = next.request.turns[2] else {
      Issue.record("the call has no answer in the history")
      return
    }
    #expect(answers.map(\.id) == ["1"])
  }

  @Test func `utterances are taken in their order, whichever is recognised first`() throws {
    var scene = CascadeScene()
    let first = try scene.utterance()
    _ = scene.take()
    let second = try scene.utterance()
    _ = scene.take()
    let two = Recognition(text: "two", confidence: 0.4, languageCode: "hi-IN")
    scene.feed(.recognized(second, .success(two)))
    #expect(scene.take().isEmpty)
    scene.feed(.recognized(first, .success(Recognition(text: "one", languageCode: "en-IN"))))
    let outputs = scene.take()
    #expect(
      outputs.events == [
        .inputTranscript(Recognition(text: "one ", languageCode: "en-IN")),
        .inputTranscript(Recognition(text: "two ", confidence: 0.4, languageCode: "hi-IN")),
      ])
    #expect(outputs.compactMap(\.question).first?.request.turns == [.user("one\ntwo")])
  }

  @Test func `what was no speech is not answered`() throws {
    var scene = CascadeScene()
    let number = try scene.utterance()
    _ = scene.take()
    scene.feed(.recognized(number, .success(nil)))
    #expect(scene.take().isEmpty)
  }

  @Test func `words that cannot be recognised are asked for again`() throws {
    var scene = CascadeScene()
    let number = try scene.utterance()
    _ = scene.take()
    scene.feed(.recognized(number, .failure(SpeechError(.transient, "m"))))
    let asked = try scene.question()
    #expect(
      asked.request.turns == [
        .user("[instruction] The caller's words were not understood. Ask to hear them again.")
      ])
  }

  @Test func `a model that fails is asked once more, and then the conversation ends`() throws {
    var scene = CascadeScene()
    let error = SpeechError(.transient, "m")
    let first = try scene.ask("Hello.")
    scene.feed(.answered(first.number, .failure(error)))
    let second = try scene.question()
    #expect(second.request == first.request)
    scene.feed(.answered(second.number, .failure(error)))
    #expect(scene.take().events == [.closed(error)])
    scene.hear(true, .seconds(1))
    #expect(scene.take().isEmpty)
  }

  @Test(arguments: [SpeechError.Kind.configuration, .quota])
  func `what asking again does not mend ends the conversation at once`(
    kind: SpeechError.Kind
  ) throws {
    var scene = CascadeScene()
    let asked = try scene.ask("Hello.")
    scene.feed(.answered(asked.number, .failure(SpeechError(kind, "m"))))
    #expect(scene.take().events == [.closed(SpeechError(kind, "m"))])
  }

  @Test func `a sentence that has no sound is passed over, three in a row end the conversation`()
    throws
  {
    var scene = CascadeScene()
    let asked = try scene.ask("Hello.")
    scene.answer(asked.number, "First one here. Second one here. Third one here. Fourth one here.")
    let error = SpeechError(.transient, "m")
    for _ in 0..<3 {
      let words = try scene.speech()
      scene.feed(.spoken(words.number, error))
    }
    #expect(scene.take().events == [.closed(error)])
  }

  @Test func `an answer without words ends its turn`() throws {
    var scene = CascadeScene()
    let asked = try scene.ask("Hello.")
    scene.answer(asked.number, "")
    #expect(scene.take().events == [.generationComplete, .turnComplete])
  }

  @Test(arguments: [
    ("en-IN", "नमस्ते।", "hi-IN"), ("en-IN", "Hello.", "en-IN"), ("hi-IN", "नमस्ते।", "hi-IN"),
    ("hi-IN", "Order 4271.", "hi-IN"),
  ])
  func `a sentence has the voice of the call, or of its own script`(
    first: String, sentence: String, language: String
  ) throws {
    var scene = CascadeScene {
      $0.spokenLanguages = first == "hi-IN" ? ["hi-IN", "en-IN"] : ["en-IN", "hi-IN"]
    }
    let asked = try scene.ask("x")
    scene.answer(asked.number, sentence)
    #expect(scene.take().compactMap(\.speech?.words.languageCode) == [language])
  }

  @Test func `a long speech is recognised in parts`() {
    var scene = CascadeScene()
    for _ in 0..<60 {
      scene.hear(true, .milliseconds(900))
      scene.hear(false, .milliseconds(100))
    }
    #expect(scene.take().compactMap(\.recognition).count == 1)
    scene.hear(false, .seconds(1))
    #expect(scene.take().compactMap(\.recognition).count == 1)
  }

  @Test func `a history stays bounded and begins with somebody's words`() {
    var history = ChatHistory()
    for number in 0..<100 {
      history.add(.user("\(number)"))
      history.add(.model(ChatAnswer(text: "", toolCalls: [lookup])))
      history.add(.toolResponses([]))
      history.add(.model(ChatAnswer(text: "done")))
    }
    #expect(history.turns.count <= 120)
    guard case .user? = history.turns.first else {
      Issue.record("it begins with something else")
      return
    }
  }
}

@Suite struct SentenceSplitterTests {
  @Test(arguments: [
    ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
    ("It costs 3.50 rupees. Fine.", ["It costs 3.50 rupees.", "Fine."]),
    ("Dr. Rao is in at 9 a.m. today.", ["Dr. Rao is in at 9 a.m. today."]),
    ("नमस्ते। मैं आशा हूँ।", ["नमस्ते।", "मैं आशा हूँ।"]),
    ("**Bold** and `code`.\n- item", ["Bold and code.", "- item"]),
    ("", []), (" \n ", []), ("...", []),
  ])
  func `an answer is cut where readers pause`(text: String, sentences: [String]) {
    for size in [1, 3, 1_000] {
      var splitter = SentenceSplitter()
      var found: [String] = []
      var rest = Substring(text)
      while !rest.isEmpty {
        found += splitter.add(String(rest.prefix(size)))
        rest = rest.dropFirst(size)
      }
      #expect(found + splitter.finish() == sentences)
    }
  }

  @Test func `a sentence without end is cut all the same`() {
    var splitter = SentenceSplitter()
    let words = Array(repeating: "word", count: 400).joined(separator: " ")
    let pieces = splitter.add(words) + splitter.finish()
    #expect(pieces.count > 4 && pieces.allSatisfy { $0.count <= 310 })
    #expect(pieces.joined(separator: " ") == words)
  }
}
