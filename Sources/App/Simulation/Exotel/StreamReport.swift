package import Buffers

/// What one stream has measured about the bot on its other end.
package struct StreamReport: Sendable, Equatable {
  package var rules = ChunkRules()
  /// From the end of the caller's speech to the arrival of the first audible bot chunk, in ms.
  package var arrival = Distribution()
  /// From the end of the caller's speech to the first audible sample in the caller's ear, in ms.
  package var audible = Distribution()
  /// From `start` to the first audible bot chunk.
  package var greetingMilliseconds: Int?
  /// From the start of a barge-in to silence in the caller's ear, in ms.
  package var hush = Distribution()
  /// Lines the caller began because the agent stayed silent.
  package var impatientLines = 0
  package var linesSpoken = 0
  package var marks = 0
  package var clears = 0
  /// Times the queue ran dry in the middle of audible speech.
  package var underruns = 0
  package var heardMilliseconds = 0
  package var heardSpeechMilliseconds = 0
  package var sentMilliseconds = 0
  /// The largest lateness of a 100 ms tick, in ms: the simulator's own trouble, not the bot's.
  package var worstTickLateness = 0

  package init() {}

  package var json: JSONValue {
    [
      "chunk_rules": rules.json, "first_audio_arrival_ms": arrival.json,
      "first_audio_in_ear_ms": audible.json,
      "greeting_ms": greetingMilliseconds.map { .int($0) } ?? .null, "hush_ms": hush.json,
      "lines_spoken": .int(linesSpoken), "impatient_lines": .int(impatientLines),
      "marks": .int(marks), "clears": .int(clears), "underruns": .int(underruns),
      "heard_ms": .int(heardMilliseconds), "heard_speech_ms": .int(heardSpeechMilliseconds),
      "sent_ms": .int(sentMilliseconds), "worst_tick_lateness_ms": .int(worstTickLateness),
    ]
  }
}
