import Domain
import Protobuf
import RPCCore
import Schema
import Testing
import VoiceAPI

@testable import Agents

private typealias Agent = Payaid.Voice.V1.Agent

/// The paths of what is wrong, in the order they are told.
private func faults(_ check: () throws -> Void) throws -> [String] {
  do {
    try check()
    return []
  } catch let error as RPCError {
    #expect(error.code == .invalidArgument)
    let detail = try #require(error.details.first)
    return try Google.Rpc.BadRequest(serializedBytes: detail.value).fieldViolations.map(\.field)
  }
}

/// The paths of what `agent` violates.
private func violations(
  _ agent: Payaid.Voice.V1.Agent, _ purpose: AgentRules.Purpose = .publishing(secrets: [:])
) throws -> [String] {
  try faults { try AgentRules.check(AgentRules.completed(agent), for: purpose) }
}

private func agent(_ json: String) throws -> Payaid.Voice.V1.Agent {
  var agent = try Agent(json: Array(json.utf8))
  if agent.name.isEmpty { agent.name = "Asha" }
  if agent.language.isEmpty { agent.language = "en" }
  return agent
}

@Suite struct AgentRulesTests {
  @Test func `a cascade is refused where the server has none`() throws {
    let wanted = AgentRules.completed(try agent(#"{"model":{"engine":"CASCADE"}}"#))
    #expect(throws: RPCError.self) { try AgentRules.check(wanted, hasCascade: false) }
    let other = AgentRules.completed(try agent(#"{"model":{"engine":"LIVE"}}"#))
    try AgentRules.check(other, hasCascade: false)
  }

  @Test(arguments: [
    #"{}"#,
    #"{"turnTaking":{"preset":"SNAPPY","idlePrompts":0,"interruptionSpeech":"0s"}}"#,
    #"{"languageSettings":{"hi":{"voiceId":"Aoede","greeting":"नमस्ते"}}}"#,
    #"{"variables":[{"name":"due","type":"DATE","defaultValue":"2026-11-28"}],"greeting":"{{ due }}"}"#,
    #"{"voiceId":"hi-IN-SwaraNeural","model":{"engine":"CASCADE"}}"#,
    #"{"labels":{"env":"prod","a.b-c_d":""}}"#, #"{"model":{"maxOutputTokens":16}}"#,
    #"{"tools":[{"name":"f","url":"https://example.in/f","headers":{"X-A":"b"}}]}"#,
  ])
  func `good configurations pass`(json: String) throws {
    #expect(try violations(agent(json)) == [])
  }

  @Test(arguments: [
    (#"{"language":"ta"}"#, ["agent.language"]),
    (#"{"phoneNumber":"9876543210"}"#, ["agent.phoneNumber"]),
    (#"{"state":"DELETED"}"#, ["agent.state"]),
    (#"{"publishing":7}"#, ["agent.publishing"]),
    (#"{"voiceId":"Alice"}"#, ["agent.voiceId"]),
    (#"{"fallbackVoiceIds":["Kore","Bob"]}"#, ["agent.fallbackVoiceIds[1]"]),
    (#"{"languageSettings":{"ta":{}}}"#, ["agent.languageSettings.ta"]),
    (#"{"languageSettings":{"hi":{"voiceId":"x"}}}"#, ["agent.languageSettings.hi.voiceId"]),
    (#"{"maxDuration":"5s"}"#, ["agent.maxDuration"]),
    (#"{"turnTaking":{"preset":9}}"#, ["agent.turnTaking.preset"]),
    (#"{"turnTaking":{"idleTimeout":"1s"}}"#, ["agent.turnTaking.idleTimeout"]),
    (#"{"turnTaking":{"idlePrompts":11}}"#, ["agent.turnTaking.idlePrompts"]),
    (#"{"model":{"engine":9}}"#, ["agent.model.engine"]),
    (#"{"voiceId":"ta-IN-PallaviNeural"}"#, ["agent.voiceId"]),
    (#"{"model":{"temperature":3}}"#, ["agent.model.temperature"]),
    (#"{"model":{"maxOutputTokens":1}}"#, ["agent.model.maxOutputTokens"]),
    (#"{"webhookUrl":"http://example.in"}"#, ["agent.webhookUrl"]),
    (#"{"mayEndCall":true,"tools":[{"name":"end_call"}]}"#, ["agent.tools[0].name"]),
    (#"{"labels":{"no blanks":"x"}}"#, ["agent.labels"]),
    (#"{"variables":[{"name":"2a"}]}"#, ["agent.variables[0].name"]),
    (#"{"variables":[{"name":"a"},{"name":"a"}]}"#, ["agent.variables[1].name"]),
    (
      #"{"variables":[{"name":"a","type":"NUMBER","defaultValue":"x"}]}"#,
      ["agent.variables[0].defaultValue"]
    ),
    (
      #"{"variables":[{"name":"a","required":true,"defaultValue":"x"}]}"#,
      ["agent.variables[0].defaultValue"]
    ),
    (#"{"greeting":"Hello {{name}}, {{name}}"}"#, ["agent.greeting"]),
    (#"{"systemPrompt":"{{a"}"#, ["agent.systemPrompt"]),
    (#"{"turnTaking":{"idleMessage":"{{a}}"}}"#, ["agent.turnTaking.idleMessage"]),
    (
      #"{"languageSettings":{"hi":{"farewell":"{{a}}"}}}"#,
      ["agent.languageSettings.hi.farewell"]
    ),
    (#"{"tools":[{"name":"f"},{"name":"f"}]}"#, ["agent.tools[1].name"]),
    (#"{"tools":[{"name":"f","url":"http://x"}]}"#, ["agent.tools[0].url"]),
    (#"{"tools":[{"name":"f","url":"https://"}]}"#, ["agent.tools[0].url"]),
    (#"{"tools":[{"name":"f","timeout":"31s"}]}"#, ["agent.tools[0].timeout"]),
    (#"{"tools":[{"name":"f","headers":{"Host":"x"}}]}"#, ["agent.tools[0].headers.Host"]),
    (#"{"tools":[{"name":"f","headers":{"A":"x\n"}}]}"#, ["agent.tools[0].headers.A"]),
    (
      #"{"tools":[{"name":"f","headers":{"A":"x"},"secretHeaders":{"a":"key"}}]}"#,
      ["agent.tools[0].secretHeaders.a", "agent.tools[0].secretHeaders.a"]
    ),
  ])
  func `a violation is told by its path`(json: String, paths: [String]) throws {
    #expect(try violations(agent(json)) == paths)
  }

  @Test func `texts are measured in code points`() throws {
    let hindi = String(repeating: "नि", count: 500)
    let stacked = "a" + String(repeating: "\u{301}", count: 1_000)
    var long = try agent(#"{"name":"\#(hindi.prefix(50))","greeting":"\#(hindi)"}"#)
    #expect(try violations(long) == [])
    long = try agent(#"{"name":"\#(hindi.prefix(51))","greeting":"\#(hindi)न"}"#)
    #expect(try violations(long) == ["agent.name", "agent.greeting"])
    long = try agent(#"{"name":"\#(stacked)","farewell":"\#(stacked)"}"#)
    #expect(try violations(long) == ["agent.name", "agent.farewell"])
  }

  @Test(arguments: ["tools", "variables", "fallbackVoiceIds", "languageSettings"])
  func `a list that is too long is told once, without its entries`(field: String) throws {
    var long = try agent("{}")
    switch field {
    case "tools": long.tools = Array(repeating: .init(), count: 33)
    case "variables": long.variables = Array(repeating: .init(), count: 65)
    case "fallbackVoiceIds": long.fallbackVoiceIds = Array(repeating: "x", count: 5)
    default: long.languageSettings = ["hi": .init(), "ta": .init(), "bn": .init()]
    }
    #expect(try violations(long) == ["agent.\(field)"])
  }

  @Test func `all violations are told at once`() throws {
    let bad = try agent(
      #"{"name":" ","language":"x","voiceId":"x","greeting":"{{a}}","webhookUrl":"x"}"#)
    #expect(
      try violations(bad) == [
        "agent.language", "agent.webhookUrl", "agent.voiceId", "agent.greeting",
      ])
  }

  @Test func `a draft may name what is not declared and not set`() throws {
    let draft = try agent(
      #"{"greeting":"{{a}}","tools":[{"name":"f","secretHeaders":{"a":"key"}}]}"#)
    #expect(try violations(draft, .draft) == [])
    let set = ["key": SecretHosts(stored: [])]
    #expect(try violations(draft, .publishing(secrets: set)) == ["agent.greeting"])
  }

  @Test(arguments: [
    ("https://api.shop.example.in/orders", true), ("https://API.shop.example.in:8443", true),
    ("https://a.b.pay.example.in", true), ("https://pay.example.in", false),
    ("https://evilpay.example.in", false), ("https://x.api.shop.example.in", false),
    ("https://api.shop.example.in.evil.in", false), ("https://api.shop.example.in./", false),
    ("https://evil.in/api.shop.example.in", false), ("https://evil.in?.pay.example.in", false),
    ("", true),
  ])
  func `a secret is named by tools at its hosts only`(url: String, isGood: Bool) throws {
    let wanted = try agent(
      #"{"tools":[{"name":"f","url":"\#(url)","secretHeaders":{"A":"key"}}]}"#)
    let secrets = ["key": SecretHosts(stored: ["api.shop.example.in", "*.pay.example.in"])]
    #expect(
      try violations(wanted, .publishing(secrets: secrets))
        == (isGood ? [] : ["agent.tools[0].secretHeaders.A"]))
    #expect(try violations(wanted, .draft) == [])
  }
}

@Suite struct SecretHostsTests {
  private func faults(_ hosts: [String]) throws -> [String] {
    try AgentsTests.faults {
      var violations = FieldViolations()
      _ = SecretHosts(hosts, &violations)
      try violations.throwIfAny()
    }
  }

  @Test(arguments: [
    "api.shop.example.in", "API.Shop.Example.in", "*.shop.example.in", "*.example.in", "localhost",
    "203.0.113.7", "2001:db8::1", "xn--p1b6ci4b4b3a.example.in", "my_host.example.in",
  ])
  func `a host is a name, an address, or all below a domain`(host: String) throws {
    #expect(try faults([host]) == [])
  }

  @Test(arguments: [
    "", "*", "*.", "*.in", "*.*.in", "a.*.in", "*example.in", "*.0.0.1", "*.1.2",
    "https://example.in",
    "example.in/", "example.in:443", "user@example.in", "example..in", ".example.in", "example.in.",
    "-a.example.in", "a-.example.in", "दुकान.example.in", "a b.in", "a,b.in", "[2001:db8::1]",
    "\0.in",
    String(repeating: "a", count: 64) + ".in", String(repeating: "a.", count: 126) + "in",
  ])
  func `anything else is none`(host: String) throws {
    #expect(try faults([host, "example.in"]) == ["hosts[0]"])
  }

  @Test func `a list has twenty different ones at most`() throws {
    #expect(try faults((1...20).map { "h\($0).example.in" }) == [])
    #expect(try faults((1...21).map { "h\($0).example.in" }) == ["hosts"])
    #expect(try faults(["a.example.in", "A.example.in"]) == ["hosts[1]"])
  }
}

@Suite struct SchemaRulesTests {
  private func fields(_ schema: String) throws -> [String] {
    let tool = #"{"tools":[{"name":"f","parameters":\#(schema)}]}"#
    return try violations(agent(tool)).map {
      String($0.dropFirst("agent.tools[0].parameters".count))
    }
  }

  @Test(arguments: [
    #"{"type":"object"}"#,
    #"{"type":"object","properties":{"id":{"type":"string","description":"Order"}},"required":["id"]}"#,
    #"{"type":"object","properties":{"a":{"type":"array","items":{"type":["string","null"]}}}}"#,
    #"{"type":"object","properties":{"a":{"anyOf":[{"type":"integer"},{"type":"null"}]}}}"#,
    #"{"type":"object","properties":{"a":{"type":"string","enum":["x","y"],"maxLength":3}}}"#,
  ])
  func `schemas that models read pass`(schema: String) throws {
    #expect(try fields(schema) == [])
  }

  @Test(arguments: [
    (#"{}"#, [".type", ".type"]), (#"{"type":"array","items":{"type":"string"}}"#, [".type"]),
    (#"{"type":"object","$ref":"x"}"#, [""]),
    (#"{"type":"object","properties":{"a":{}}}"#, [".properties.a.type"]),
    (#"{"type":"object","properties":{"a":{"type":"text"}}}"#, [".properties.a.type"]),
    (#"{"type":"object","properties":{"a":{"type":"array"}}}"#, [".properties.a.items"]),
    (#"{"type":"object","properties":{"a":1}}"#, [".properties.a"]),
    (#"{"type":"object","properties":[]}"#, [".properties"]),
    (#"{"type":"object","required":["a"]}"#, [".required"]),
    (#"{"type":"object","required":"a"}"#, [".required"]),
    (#"{"type":"object","properties":{"a":{"type":"string","enum":[]}}}"#, [".properties.a.enum"]),
    (
      #"{"type":"object","properties":{"a":{"type":"string","minLength":-1}}}"#,
      [".properties.a.minLength"]
    ),
    (
      #"{"type":"object","properties":{"a":{"anyOf":[{"type":"x"}]}}}"#,
      [".properties.a.anyOf[0].type"]
    ),
  ])
  func `a fault in a schema is told by its path`(schema: String, paths: [String]) throws {
    #expect(try fields(schema) == paths)
  }

  @Test func `depth, size and width have limits`() throws {
    func nested(_ depth: Int) -> String {
      depth == 1
        ? #"{"type":"object"}"#
        : #"{"type":"object","properties":{"a":\#(nested(depth - 1))}}"#
    }
    #expect(try fields(nested(8)) == [])
    #expect(try fields(nested(9)).count == 1)
    let long = String(repeating: "x", count: 16_384)
    #expect(try fields(#"{"type":"object","description":"\#(long)"}"#) == [""])
    let wide = (0..<65).map { #""p\#($0)":{"type":"null"}"# }.joined(separator: ",")
    #expect(try fields(#"{"type":"object","properties":{\#(wide)}}"#) == [".properties"])
  }
}
