import Buffers
import Testing

@testable import Simulation

/// The talking model behind `generateContent` and `streamGenerateContent`.
@Suite struct ChatTests {
  static let tools = """
    [{"functionDeclarations":[
      {"name":"get_order_status","parameters":{"type":"OBJECT",
        "properties":{"order_id":{"type":"STRING"}}}},
      {"name":"search_knowledge","parametersJsonSchema":{"type":"object",
        "properties":{"query":{"type":"string"}}}},
      {"name":"end_call"}]}]
    """
  static let number = "My order number is four two seven one."
  static let question = "What is your return policy?"

  static func user(_ text: String) -> String {
    #"{"role":"user","parts":[{"text":"\#(text)"}]}"#
  }

  static func result(_ name: String, id: String, _ response: String) -> String {
    #"""
    {"role":"user","parts":[{"functionResponse":{"name":"\#(name)","id":"\#(id)",
     "response":\#(response)}}]}
    """#
  }

  static func body(_ contents: [String], _ members: String = #","tools":\#(tools)"#) -> String {
    #"""
    {"systemInstruction":{"parts":[{"text":"You help callers."}]},
     "contents":[\#(contents.joined(separator: ","))]\#(members)}
    """#
  }

  static func reply(
    _ body: String, method: String = "generateContent", model: String = "gemini-3.5-flash",
    alt: String? = nil, faults: JSONValue = [:]
  ) throws -> TextReply {
    var machine = try TextMachineTests.machine(faults)
    return machine.answer(
      TextCall(
        version: "v1beta", segment: model + ":" + method, key: "right", body: Array(body.utf8),
        alt: alt))
  }

  static func parts(_ reply: TextReply) -> [JSONValue] {
    reply.json["candidates"]?[0]?["content"]?["parts"]?.arrayValue ?? []
  }

  static func text(_ reply: TextReply) -> String {
    parts(reply).compactMap { $0["text"]?.stringValue }.joined()
  }

  @Test(arguments: [
    ("Hello.", "Hello! How can I help you?"), ("यह कब तक पहुँचेगा?", "यह कल शाम छह बजे से पहले"),
    (#"[instruction] Say: \"Good day from the shop.\""#, "Good day from the shop."),
    ("[instruction] Greet the caller, in Hindi.", "नमस्ते, मैं ऑर्डर सहायक"),
    ("Xyzzy.", "Sorry, I did not understand that."),
  ])
  func `the last thing a user says is answered by the rules`(words: String, said: String) throws {
    let contents = [Self.user("When will it arrive?"), Self.user(words)]
    #expect(Self.text(try Self.reply(Self.body(contents, ""))).hasPrefix(said))
  }

  @Test func `prose without instructions or functions is an analysis, unless it is streamed`()
    throws
  {
    let body = #"{"contents":[\#(Self.user("caller: Hello."))]}"#
    #expect(Self.text(try Self.reply(body)) == "Hello.")
    let streamed = try Self.reply(body, method: "streamGenerateContent")
    #expect(Self.text(streamed) == "Hello! How can I help you?")
  }

  /// The call that answers `words`, as the model's content.
  static func call(
    _ words: String = number, model: String = "gemini-3.5-flash"
  ) throws -> (part: JSONValue, content: String, id: String) {
    let reply = try reply(body([user(words)]), model: model)
    let part = try #require(parts(reply).last)
    let id = try #require(part["functionCall"]?["id"]?.stringValue)
    let content: JSONValue = ["role": "model", "parts": [part]]
    return (part, content.serializedString, id)
  }

  @Test(arguments: [("gemini-3.5-flash", true), ("gemini-2.5-flash", false)])
  func `a function is called, and what it answers is said`(model: String, isSigned: Bool) throws {
    let call = try Self.call(model: model)
    #expect(call.part["functionCall"]?["name"] == "get_order_status")
    #expect(call.part["functionCall"]?["args"] == ["order_id": "4271"])
    #expect((call.part["thoughtSignature"] != nil) == isSigned)
    let contents = [
      Self.user(Self.number), call.content,
      Self.result("get_order_status", id: call.id, #"{"output":{"status":"shipped"}}"#),
    ]
    let reply = try Self.reply(Self.body(contents), model: model)
    #expect(
      Self.text(reply) == "Thank you. I have looked at order 4 2 7 1. status shipped.")
  }

  @Test func `an answer without an id is that to the call of its name`() throws {
    let call = try Self.call()
    let answer =
      #"{"parts":[{"functionResponse":{"name":"get_order_status","response":{"result":"here"}}}]}"#
    let reply = try Self.reply(Self.body([Self.user(Self.number), call.content, answer]))
    #expect(Self.text(reply).hasSuffix("here."))
  }

  @Test func `documents answer what no rule does`() throws {
    let call = try Self.call(Self.question)
    #expect(call.part["functionCall"]?["args"] == ["query": .string(Self.question)])
    let passages = #"{"passages":[{"text":"We ship. Our return policy covers all goods."}]}"#
    let contents = [
      Self.user(Self.question), call.content,
      Self.result("search_knowledge", id: call.id, passages),
    ]
    #expect(Self.text(try Self.reply(Self.body(contents))) == "Our return policy covers all goods.")
  }

  @Test func `the call that ends a call comes behind the words, and nothing after it`() throws {
    let reply = try Self.reply(Self.body([Self.user("No, that is all. Goodbye.")]))
    let parts = Self.parts(reply)
    #expect(parts.first?["text"] == "Thank you for calling. Goodbye.")
    let call = try #require(parts.last?["functionCall"])
    #expect(call["name"] == "end_call")
    let content: JSONValue = ["role": "model", "parts": .array(parts)]
    let after = try Self.reply(
      Self.body([
        Self.user("No, that is all. Goodbye."), content.serializedString,
        Self.result("end_call", id: call["id"]?.stringValue ?? "", "{}"),
      ]))
    #expect(after.status == 200 && Self.parts(after).isEmpty)
  }

  @Test func `no function is called when none may be`() throws {
    let none =
      #","tools":\#(Self.tools),"toolConfig":{"functionCallingConfig":{"mode":"NONE"}}"#
    let reply = try Self.reply(Self.body([Self.user(Self.number)], none))
    #expect(Self.text(reply).contains("4 2 7 1"))
  }

  @Test func `words behind an answer of a function count before it`() throws {
    let call = try Self.call()
    let contents = [
      Self.user(Self.number), call.content, Self.result("get_order_status", id: call.id, "{}"),
      Self.user("When will it arrive?"),
    ]
    #expect(Self.text(try Self.reply(Self.body(contents))).hasPrefix("It will arrive tomorrow"))
  }

  @Test func `a history that breaks the rules of functions is refused`() throws {
    let call = try Self.call()
    let bare: JSONValue = [
      "role": "model", "parts": [["functionCall": call.part["functionCall"] ?? [:]]],
    ]
    let signed = call.content
    let question = Self.user(Self.number)
    let answer = Self.result("get_order_status", id: call.id, "{}")
    let altered = signed.replacing(call.id, with: "call-other")
    let rows: [([String], String)] = [
      ([question, bare.serializedString, answer], "missing a thought_signature"),
      ([question, altered, answer], "Corrupted thought signature"),
      ([question, answer], "name and id of each"),
      ([question, signed, Self.result("get_order_status", id: "x", "{}")], "name and id of each"),
      ([question, signed, Self.result("end_call", id: call.id, "{}")], "name and id of each"),
      ([question, signed, answer, answer], "name and id of each"),
      ([question, signed, Self.user("Hello.")], "number of function response parts"),
      ([question, signed], "number of function response parts"),
    ]
    for (contents, words) in rows {
      let reply = try Self.reply(Self.body(contents))
      #expect(reply.status == 400)
      #expect(reply.json["error"]?["message"]?.stringValue?.contains(words) == true)
    }
    let old = try Self.call(model: "gemini-2.5-flash")
    let unsigned = [
      question, old.content, Self.result("get_order_status", id: old.id, "{}"),
    ]
    #expect(try Self.reply(Self.body(unsigned), model: "gemini-2.5-flash").status == 200)
    #expect(try Self.reply(Self.body(unsigned)).status == 400)
  }

  @Test func `a function needs a name`() throws {
    let reply = try Self.reply(
      Self.body([Self.user("Hello.")], #","tools":[{"functionDeclarations":[{"name":"1st"}]}]"#))
    #expect(reply.status == 400)
    #expect(
      reply.json["error"]?["message"]?.stringValue?.contains(
        "tools[0].function_declarations[0].name") == true)
  }
}
