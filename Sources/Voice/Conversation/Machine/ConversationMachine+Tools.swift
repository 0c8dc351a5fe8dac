internal import Buffers
internal import Speech

/// Tool calls: each id is answered once, whatever the tool, the model and the caller do.
extension ConversationMachine {
  mutating func toolCalled(_ call: ToolCall, at now: Duration) {
    guard tools[call.id] == nil, !answeredTools.contains(call.id) else { return }
    counters.toolCalls += 1
    awaitingSince = nil
    if call.name == options.endCallTool { return endCall(call, at: now) }
    let timeout = options.toolTimeouts[call.name] ?? options.toolTimeout
    tools[call.id] = PendingTool(call: call, deadline: now + timeout)
    outputs.append(.runTool(call))
  }

  mutating func toolAnswered(_ id: String, _ outcome: ToolResponse.Outcome, at now: Duration) {
    guard let tool = tools.removeValue(forKey: id) else { return }
    answeredTools.insert(id)
    outputs.append(.answerTools([ToolResponse(id: id, name: tool.call.name, outcome: outcome)]))
    if tools.isEmpty, closing == nil { awaitModel(from: now) }
  }

  mutating func toolCancelled(_ id: String, at now: Duration) {
    guard tools.removeValue(forKey: id) != nil else { return }
    answeredTools.insert(id)
    outputs.append(.cancelTool(id: id))
    if tools.isEmpty, closing == nil, state == .thinking { awaitModel(from: now) }
  }

  mutating func toolTimedOut(_ id: String, at now: Duration) {
    guard let tool = tools[id] else { return }
    counters.toolTimeouts += 1
    outputs.append(.cancelTool(id: id))
    let mayRepeat = options.repeatableTools.contains(tool.call.name)
    let doubt = mayRepeat ? "" : "; it may have been carried out"
    toolAnswered(
      id, .failure(reason: "the function did not answer in time" + doubt, retryable: mayRepeat),
      at: now)
  }

  private mutating func endCall(_ call: ToolCall, at now: Duration) {
    answeredTools.insert(call.id)
    let outcome = ToolResponse.Outcome.output(["status": "ending"])
    outputs.append(.answerTools([ToolResponse(id: call.id, name: call.name, outcome: outcome)]))
    guard closing == nil else { return }
    close(.agentEnded, deadline: now + lastWordsTime(at: now), isModelDone: false)
  }

  /// A model mostly says goodbye first and ends the call then; it may be silent after that.
  private func lastWordsTime(at now: Duration) -> Duration {
    let isSpeaking = turns.last?.isClosed == false
    return unplayed(at: now) + (isSpeaking ? Self.lastWordsLimit : Self.lastWordsPause)
  }
}
