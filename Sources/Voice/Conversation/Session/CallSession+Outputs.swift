internal import Audio
internal import EventLoop
internal import Speech

/// What the machine decided, done.
extension CallSession {
  func perform(_ output: ConversationOutput) {
    switch output {
    case .sendAudio(let frame): leg.sendAudio(agentAudio.convert(frame))
    case .flushAudio:
      agentAudio.cut()
      leg.flushAudio()
    case .mark(let name): leg.mark(name)
    case .clear:
      agentAudio.cut()
      leg.clear()
      recorder?.agentCleared()
    case .forward(let frame): forward(frame)
    case .prompt(let text): model?.sendText(text)
    case .runTool(let call): run(call)
    case .cancelTool(let id): toolTasks.removeValue(forKey: id)?.cancel()
    case .answerTools(let responses): model?.sendToolResponses(responses)
    case .startRecording: startRecording()
    case .state(let state): taps.send(.state(state))
    case .transcript(let entry):
      transcript.append(entry)
      taps.send(.transcript(entry))
    case .latency(let latency):
      latencies.append(latency)
      taps.send(.latency(latency))
    case .end(let reason): over(reason)
    }
  }

  private func forward(_ frame: PCMFrame) {
    guard let model else { return }
    if frame.rate == model.inputRate { return model.sendAudio(frame) }
    if upsampler == nil { upsampler = Resampler(from: frame.rate, to: model.inputRate) }
    if let converted = upsampler?.process(frame) { model.sendAudio(converted) }
  }

  private func startRecording() {
    guard let recording = setup.recording, recorder == nil else { return }
    recorder = Recorder(recording, rate: leg.rate, loop: loop)
  }

  private func run(_ call: ToolCall) {
    taps.send(.toolCalled(id: call.id, name: call.name))
    let tools = setup.tools
    toolTasks[call.id] = Task(executorPreference: loop) {
      let outcome = await tools(call)
      await self.answered(call.id, outcome)
    }
  }

  private func answered(_ id: String, _ outcome: ToolResponse.Outcome) {
    toolTasks[id] = nil
    feed(.toolAnswered(id: id, outcome: outcome))
  }
}
