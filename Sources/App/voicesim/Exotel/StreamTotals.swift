internal import Buffers
internal import Simulation

/// The reports of many streams, summed up.
struct StreamTotals {
  private var streams = 0
  private var rules = ChunkRules()
  private var arrival = Distribution()
  private var audible = Distribution()
  private var greeting = Distribution()
  private var hush = Distribution()
  private var lateness = Distribution()
  private var lines = 0
  private var impatientLines = 0
  private var underruns = 0
  private var heardMilliseconds = 0

  mutating func add(_ report: StreamReport) {
    streams += 1
    rules.add(report.rules)
    arrival.add(contentsOf: report.arrival)
    audible.add(contentsOf: report.audible)
    hush.add(contentsOf: report.hush)
    lateness.add(report.worstTickLateness)
    lines += report.linesSpoken
    impatientLines += report.impatientLines
    underruns += report.underruns
    heardMilliseconds += report.heardMilliseconds
    if let time = report.greetingMilliseconds { greeting.add(time) }
  }

  var json: JSONValue {
    [
      "streams": .int(streams), "chunk_rules": rules.json, "first_audio_arrival_ms": arrival.json,
      "first_audio_in_ear_ms": audible.json, "greeting_ms": greeting.json, "hush_ms": hush.json,
      "worst_tick_lateness_ms": lateness.json, "lines_spoken": .int(lines),
      "impatient_lines": .int(impatientLines), "underruns": .int(underruns),
      "heard_seconds": .int(heardMilliseconds / 1_000),
    ]
  }
}
