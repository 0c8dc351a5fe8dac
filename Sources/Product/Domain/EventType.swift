/// What merchants can hear of. The raw value is the type on the wire.
package enum EventType: String, Sendable, CaseIterable {
  case callQueued = "call.queued"
  case callBlocked = "call.blocked"
  case callDialing = "call.dialing"
  case callRinging = "call.ringing"
  case callAnswered = "call.answered"
  case callCompleted = "call.completed"
  case callFailed = "call.failed"
  case callBusy = "call.busy"
  case callNoAnswer = "call.no_answer"
  case callCanceled = "call.canceled"
  case callTranscriptReady = "call.transcript.ready"
  case callRecordingReady = "call.recording.ready"
  case callAnalysisReady = "call.analysis.ready"
  case agentCreated = "agent.created"
  case agentUpdated = "agent.updated"
  case agentDeleted = "agent.deleted"
  case consentCreated = "consent.created"
  case consentWithdrawn = "consent.withdrawn"
  case erasureCompleted = "erasure.completed"
  case erasureFailed = "erasure.failed"
  /// The first time on a day: a checkpoint that leaves this system.
  case auditSigned = "audit.signed"
  case documentReady = "document.ready"
  case documentFailed = "document.failed"
  /// To the merchant's other endpoints, when one of them was paused for its failures.
  case webhookPaused = "webhook.paused"
  /// Asked for by the merchant, for one endpoint.
  case webhookTest = "webhook.test"
}
