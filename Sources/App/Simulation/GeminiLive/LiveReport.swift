package import Buffers

/// What one Live session has measured about its client.
package struct LiveReport: Sendable, Equatable {
  package var audioMilliseconds = 0
  /// Waits of more than 100 ms between two audio messages, in ms; silence must be sent too.
  package var gaps = Distribution()
  /// Milliseconds of audio per message; 20 to 40 is asked for.
  package var chunkMilliseconds = Distribution()
  /// From the end of the user's speech to the first audio sent, in ms: the simulator's own part.
  package var answers = Distribution()
  package var turns = 0
  package var interruptions = 0
  package var toolCalls = 0
  package var toolAnswers = 0
  package var toolCancellations = 0
  /// Answers to function calls that nobody had made, or that were cancelled.
  package var strayToolAnswers = 0
  /// Messages that a strict server would refuse or that break the order of the protocol.
  package var violations = 0
  package var utterances = 0
  package var unrecognized = 0

  package init() {}

  package mutating func add(_ other: LiveReport) {
    audioMilliseconds += other.audioMilliseconds
    gaps.add(contentsOf: other.gaps)
    chunkMilliseconds.add(contentsOf: other.chunkMilliseconds)
    answers.add(contentsOf: other.answers)
    turns += other.turns
    interruptions += other.interruptions
    toolCalls += other.toolCalls
    toolAnswers += other.toolAnswers
    toolCancellations += other.toolCancellations
    strayToolAnswers += other.strayToolAnswers
    violations += other.violations
    utterances += other.utterances
    unrecognized += other.unrecognized
  }

  package var json: JSONValue {
    [
      "audio_seconds": .number(JSONNumber(audioMilliseconds / 1_000)),
      "gaps_over_100_ms": gaps.json, "chunk_ms": chunkMilliseconds.json, "answer_ms": answers.json,
      "turns": .int(turns), "interruptions": .int(interruptions), "tool_calls": .int(toolCalls),
      "tool_answers": .int(toolAnswers), "tool_cancellations": .int(toolCancellations),
      "stray_tool_answers": .int(strayToolAnswers), "violations": .int(violations),
      "utterances": .int(utterances), "unrecognized": .int(unrecognized),
    ]
  }
}
