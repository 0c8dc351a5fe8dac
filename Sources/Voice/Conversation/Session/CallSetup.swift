package import Speech

/// Runs a tool the model asked for; cancelled when the model or the call no longer wants the answer.
package typealias ToolRunner = @Sendable (ToolCall) async -> ToolResponse.Outcome

/// What a call needs besides its leg.
package struct CallSetup: Sendable {
  package var model: any RealtimeModel
  package var realtime: RealtimeSetup
  package var options: ConversationOptions
  package var tools: ToolRunner
  /// Nil records nothing.
  package var recording: RecordingSetup?

  package init(
    model: any RealtimeModel, realtime: RealtimeSetup,
    options: ConversationOptions = ConversationOptions(), recording: RecordingSetup? = nil,
    tools: @escaping ToolRunner = { call in
      .failure(reason: "no such function: \(call.name)", retryable: false)
    }
  ) {
    self.model = model
    self.realtime = realtime
    self.options = options
    self.recording = recording
    self.tools = tools
  }
}
