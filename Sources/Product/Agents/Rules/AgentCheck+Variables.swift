internal import Domain
internal import VoiceAPI

/// The variables, and the texts that name them.
extension AgentCheck {
  mutating func checkVariables() {
    guard isWithin(64, count: agent.variables.count, "variables") else { return }
    var seen: Set<String> = []
    for (index, variable) in agent.variables.enumerated() {
      let field = "variables[\(index)]"
      require(
        TemplateVariables.isName(variable.name), field + ".name",
        "must match [A-Za-z_][A-Za-z0-9_]{0,63}")
      require(
        seen.insert(variable.name).inserted, field + ".name", "is the name of an earlier variable")
      limit(variable.description, to: 500, field + ".description")
      if case .unrecognized = variable.type {
        violations.add("\(prefix).\(field).type", "must be STRING, NUMBER, BOOLEAN or DATE")
      }
      guard let value = variable.defaultValue else { continue }
      require(
        !variable.required, field + ".defaultValue", "a required variable has no default")
      if let fault = TemplateVariables.fault(of: value, as: variable.type) {
        violations.add("\(prefix).\(field).defaultValue", fault)
      }
    }
  }

  /// Every text in which braces stand for variables, with its path.
  private var templates: [(field: String, text: String)] {
    var found = [
      ("systemPrompt", agent.systemPrompt), ("greeting", agent.greeting),
      ("farewell", agent.farewell), ("turnTaking.idleMessage", agent.turnTaking?.idleMessage ?? ""),
    ]
    for (language, settings) in agent.languageSettings.sorted(by: { $0.key < $1.key }) {
      found.append(("languageSettings.\(language).greeting", settings.greeting))
      found.append(("languageSettings.\(language).farewell", settings.farewell))
    }
    return found
  }

  /// Each name in a text must be declared, and braces be closed.
  mutating func checkTemplates() {
    let declared = Set(agent.variables.map(\.name))
    for (field, text) in templates where text.utf8.count <= Self.promptLimit {
      require(!PromptTemplate.isOpen(text), field, "has {{ without }}")
      var told: Set<String> = []
      for name in PromptTemplate.names(in: text) where !declared.contains(name) {
        guard told.insert(name).inserted else { continue }
        violations.add(
          "\(prefix).\(field)", "names {{\(name.prefix(64))}}, which is not one of variables")
      }
    }
  }
}
