internal import Buffers
internal import Domain
internal import HTTP
internal import HTTPClient
internal import Protobuf
internal import VoiceAPI

/// The tools: their names, endpoints, headers and arguments.
extension AgentCheck {
  typealias Tool = Payaid.Voice.V1.Tool

  private static let toolLimit = 32

  mutating func checkTools() {
    guard isWithin(Self.toolLimit, count: agent.tools.count, "tools") else { return }
    var seen: Set<String> = []
    for (index, tool) in agent.tools.enumerated() {
      let field = "tools[\(index)]"
      require(
        TemplateVariables.isName(tool.name), field + ".name",
        "must match [A-Za-z_][A-Za-z0-9_]{0,63}")
      require(seen.insert(tool.name).inserted, field + ".name", "is the name of an earlier tool")
      require(
        !agent.mayEndCall || tool.name != BuiltInTool.endCall, field + ".name",
        "is the server's own function while the agent may end calls")
      limit(tool.description, to: 1_024, field + ".description")
      checkURL(tool.url, field + ".url")
      within(tool.timeout, .milliseconds(100) ... .seconds(30), field + ".timeout")
      checkHeaders(tool, field)
      checkParameters(tool, field)
    }
  }

  private mutating func checkHeaders(_ tool: Tool, _ field: String) {
    let isWithinLimits = [
      isWithin(16, count: tool.headers.count, field + ".headers"),
      isWithin(8, count: tool.secretHeaders.count, field + ".secretHeaders"),
    ]
    guard !isWithinLimits.contains(false) else { return }
    var seen: Set<String> = []
    let plain = tool.headers.sorted { $0.key < $1.key }
    for (name, value) in plain {
      checkHeader(name, "\(field).headers", &seen)
      require(
        (1...1_024).contains(value.utf8.count) && HeaderRules.isValue(value),
        "\(field).headers.\(name.prefix(64))", "has 1 to 1,024 visible ASCII characters and spaces")
    }
    for (name, secret) in tool.secretHeaders.sorted(by: { $0.key < $1.key }) {
      checkHeader(name, "\(field).secretHeaders", &seen)
      require(
        TemplateVariables.isName(secret), "\(field).secretHeaders.\(name.prefix(64))",
        "must be a secret's name: [A-Za-z_][A-Za-z0-9_]{0,63}")
    }
  }

  private mutating func checkHeader(_ name: String, _ field: String, _ seen: inout Set<String>) {
    guard HeaderRules.isName(name) else {
      violations.add("\(prefix).\(field)", "a header's name has 1 to 64 letters, digits, _ and -")
      return
    }
    let lower = name.lowercased()
    require(
      !HeaderRules.reserved.contains(lower), "\(field).\(name)", "is set by the server itself")
    require(seen.insert(lower).inserted, "\(field).\(name)", "is the name of an earlier header")
  }

  private mutating func checkParameters(_ tool: Tool, _ field: String) {
    guard let parameters = tool.parameters else { return }
    guard let bytes = try? parameters.json(), let schema = try? JSONValue(parsing: bytes) else {
      violations.add("\(prefix).\(field).parameters", "cannot be written as JSON")
      return
    }
    SchemaRules.check(schema, size: bytes.count, at: "\(prefix).\(field).parameters", &violations)
  }

  /// Each secret that a header names must be there, and may go to the tool's host. A tool without a URL sends nothing.
  mutating func checkSecrets(_ secrets: [String: SecretHosts]) {
    for (index, tool) in agent.tools.prefix(Self.toolLimit).enumerated() {
      let host = try? policy.check(tool.url).host
      for (header, secret) in tool.secretHeaders.sorted(by: { $0.key < $1.key }) {
        let field = "tools[\(index)].secretHeaders.\(header)"
        guard let hosts = secrets[secret] else {
          violations.add("\(prefix).\(field)", "names a secret that is not set; see SecretService")
          continue
        }
        require(
          host.map(hosts.contains) ?? true, field,
          "names a secret that may not go to \(host ?? ""); see SecretService")
      }
    }
  }
}

/// What request headers of tools are made of.
enum HeaderRules {
  /// What the HTTP client writes, or what would change how the request is read.
  static let reserved: Set<String> = [
    "host", "content-length", "content-type", "transfer-encoding", "connection", "upgrade", "te",
    "trailer", "keep-alive", "expect", "proxy-authorization", "idempotency-key",
  ]

  static func isName(_ name: String) -> Bool {
    (1...64).contains(name.utf8.count)
      && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_-".contains($0)) }
  }

  /// Visible ASCII and inner spaces.
  static func isValue(_ value: String) -> Bool {
    value.utf8.allSatisfy { (0x20...0x7E).contains($0) } && value.first != " " && value.last != " "
  }
}
