package import Buffers

/// What speech recognition has measured; numbers only.
package struct RecognitionReport: Sendable, Equatable {
  /// Calls of `speech:recognize`, however they ended.
  package var requests = 0
  /// Calls that an injected status failed.
  package var failures = 0
  /// Calls turned away by their key or body.
  package var refused = 0
  /// Answers with a transcript.
  package var recognized = 0
  /// Answers without one.
  package var empty = 0
  /// Seconds of audio that were billed.
  package var billedSeconds = 0

  /// The `google_stt` part of `GET /sim/metrics`.
  package var json: JSONValue {
    [
      "requests": .int(requests), "failures": .int(failures), "refused": .int(refused),
      "recognized": .int(recognized), "empty": .int(empty), "billed_seconds": .int(billedSeconds),
    ]
  }
}
