internal import Buffers
internal import Synchronization
import Testing

@testable internal import Telemetry

/// Lines a log wrote.
private final class Lines: Sendable {
  private let all = Mutex<[[UInt8]]>([])
  func add(_ line: [UInt8]) { all.withLock { $0.append(line) } }
  var text: [String] { all.withLock { $0.map { String(decoding: $0, as: UTF8.self) } } }
}

@Suite struct LogTests {
  @Test func `an event is one JSON line with its fields`() throws {
    let lines = Lines()
    let log = Log("calls") { lines.add($0) }.with(["call_id": "c1", "attempt": 2])
    log.warning("carrier said \"busy\"\n", ["ok": false, "ms": .milliseconds(.microseconds(1500))])
    let text = try #require(lines.text.first)
    #expect(text.hasSuffix("\n") && !text.dropLast().contains("\n"))
    let json = try JSONValue(parsing: text)
    #expect(json["level"] == "warning")
    #expect(json["logger"] == "calls")
    #expect(json["msg"] == "carrier said \"busy\"\n")
    #expect(json["call_id"] == "c1")
    #expect(json["attempt"] == 2)
    #expect(json["ok"] == false)
    #expect(json["ms"] == 1.5)
  }

  @Test func `a field cannot replace what every line has`() throws {
    let lines = Lines()
    Log("x") { lines.add($0) }.error("real", ["msg": "fake", "level": "fake"])
    let json = try JSONValue(parsing: try #require(lines.text.first))
    #expect(json["msg"] == "real")
    #expect(json["_msg"] == "fake")
    #expect(json["level"] == "error")
  }

  @Test func `debug is dropped unless asked for`() {
    let lines = Lines()
    Log("x") { lines.add($0) }.debug("quiet")
    #expect(lines.text == [])
  }

  @Test func `a line of text stays one line, whatever it says`() throws {
    let lines = Lines()
    Log("calls", format: .text) { lines.add($0) }.warning(
      "two\nlines", ["id": "a\nb", "count": 2])
    let line = try #require(lines.text.first)
    #expect(line.hasSuffix(" WARNING calls: two lines id=\"a\\nb\" count=2\n"))
    #expect(line.prefix(24).hasSuffix("Z"))
  }

  @Test func `a personal value never prints`() {
    let lines = Lines()
    let number = Personal("+919812345678")
    Log("x") { lines.add($0) }.info("dialling \(number)", ["to": LogValue(number)])
    var dumped = ""
    dump(number, to: &dumped)
    let all = lines.text.joined() + "\(number) \(String(reflecting: number)) \([number])" + dumped
    #expect(!all.contains("98123"))
    #expect(lines.text.joined().contains("\"to\":\"<personal>\""))
    #expect(number.value.count == 13)
  }

  @Test(arguments: [Log.Format.json, .text])
  func `lines of one kind are as a log writes them`(format: Log.Format) throws {
    let lines = Lines()
    let log = Log("rpc", format: format) { lines.add($0) }.with(["method": "A/B"])
    log.info(
      "call",
      [
        "code": "OK", "ms": .milliseconds(nanoseconds: 12_030_999), "bytes": .int(1_024),
        "none": .int(0), "who": "pa_live_1", "said": "a \"b\"\nc", "id": "00ff",
      ])
    var batch = LogBatch(format) { lines.add($0) }
    let template = LogTemplate(log, .info, "call", ["code": "OK"])
    batch.add(template) { line in
      line.milliseconds("ms", nanoseconds: 12_030_999)
      line.integer("bytes", 1_024)
      line.integer("none", 0)
      line.string("who", "pa_live_1")
      line.string("said", "a \"b\"\nc")
      line.plain("id") { $0.append(text: "00ff") }
    }
    #expect(lines.text.count == 1)
    batch.flush()
    batch.flush()
    #expect(lines.text.count == 2)
    // Their times may differ.
    let time = format == .json ? 8..<32 : 0..<24
    let rest = lines.text.map { text in
      var text = Array(text.utf8)
      text.removeSubrange(time)
      return String(decoding: text, as: UTF8.self)
    }
    #expect(rest[0] == rest[1])
  }

  @Test func `lines that wait go out together, and when their batch ends`() {
    let lines = Lines()
    do {
      var batch = LogBatch(.text) { lines.add($0) }
      let quiet = LogTemplate(Log("x"), .debug, "quiet")
      let template = LogTemplate(Log("x"), .info, "loud")
      batch.add(quiet) { $0.integer("n", 0) }
      for n in [-1, .min, 1_000_000] { batch.add(template) { $0.integer("n", n) } }
      #expect(lines.text == [])
    }
    #expect(lines.text.count == 1)
    let ends = lines.text[0].split(separator: "\n").map { $0.split(separator: " ").last }
    #expect(ends == ["n=-1", "n=-9223372036854775808", "n=1000000"])
  }

  @Test(arguments: [
    (0, "1970-01-01T00:00:00.000Z"), (951_782_400, "2000-02-29T00:00:00.000Z"),
    (1_700_000_000, "2023-11-14T22:13:20.000Z"), (-1, "1969-12-31T23:59:59.000Z"),
    (4_107_542_399, "2100-02-28T23:59:59.000Z"), (4_107_542_400, "2100-03-01T00:00:00.000Z"),
  ])
  func `a moment has its RFC 3339 text`(seconds: Int64, expected: String) {
    #expect(Timestamp.text(seconds: seconds) == expected)
  }

  @Test func `a clock that remembers the second writes the same`() {
    var clock = TimestampClock()
    for (seconds, milliseconds) in [
      (0, 0), (0, 7), (0, 999), (1_700_000_000, 120), (1_700_000_000, 3), (1_699_999_999, 999),
      (-1, 1),
    ] as [(Int64, Int64)] {
      var text = TextBuffer()
      clock.append(seconds: seconds, milliseconds: milliseconds, to: &text)
      #expect(text.string == Timestamp.text(seconds: seconds, milliseconds: milliseconds))
    }
  }

  @Test(arguments: [
    ("0af7651916cd43dd8448eb211c80319c", true), ("00000000000000000000000000000000", false),
    ("+af7651916cd43dd8448eb211c80319c", false), ("0af7", false),
  ])
  func `a trace id is 32 digits, not all zero`(text: String, valid: Bool) {
    #expect(TraceID(text)?.description == (valid ? text : nil))
    #expect(TraceID(TraceID().description) != nil)
  }
}

@Suite struct MetricsTests {
  @Test func `the text lists families by name, with labels and buckets`() {
    let registry = MetricsRegistry()
    registry.counter("rpc_total", help: "Calls.", labels: ["code": "o\"k", "a": "1"]).increment(
      by: 3)
    registry.gauge("live", help: "Live now.").set(-2)
    let histogram = registry.histogram("took_seconds", help: "Time.", bounds: [0.1, 1])
    for value in [0.05, 0.1, 0.5, 7] { histogram.observe(value) }
    #expect(
      registry.prometheusText() == """
        # HELP live Live now.
        # TYPE live gauge
        live -2
        # HELP rpc_total Calls.
        # TYPE rpc_total counter
        rpc_total{a="1",code="o\\"k"} 3
        # HELP took_seconds Time.
        # TYPE took_seconds histogram
        took_seconds_bucket{le="0.1"} 2
        took_seconds_bucket{le="1.0"} 3
        took_seconds_bucket{le="+Inf"} 4
        took_seconds_sum 7.65
        took_seconds_count 4

        """)
  }

  @Test func `the same name and labels are the same metric`() {
    let registry = MetricsRegistry()
    let one = registry.counter("n", help: "", labels: ["a": "1", "b": "2"])
    #expect(registry.counter("n", help: "", labels: ["b": "2", "a": "1"]) === one)
    #expect(registry.counter("n", help: "", labels: ["a": "2"]) !== one)
  }

  @Test func `nothing is lost between threads`() async {
    let counter = Counter()
    let histogram = Histogram(bounds: [1])
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask {
          for _ in 0..<1000 {
            counter.increment()
            histogram.observe(2)
          }
        }
      }
    }
    #expect(counter.value == 4000)
    #expect(histogram.sum == 8000)
    #expect(histogram.counts == [0, 4000])
  }
}
