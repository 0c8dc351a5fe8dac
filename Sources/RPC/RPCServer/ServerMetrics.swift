internal import Buffers
internal import RPCCore
internal import Synchronization
internal import Telemetry

/// The figures and log lines of one server; any thread.
final class ServerMetrics: Sendable {
  private let registry: MetricsRegistry
  private let logsCalls: Bool
  private let log = Log("rpc")
  private let open: Gauge
  private let refused: [RefusalReason: Counter]
  private let ended: [EndReason: Counter]
  private let other: CallMeter

  init(_ registry: MetricsRegistry, logsCalls: Bool) {
    self.registry = registry
    self.logsCalls = logsCalls
    open = registry.gauge("server_connections", help: "Open connections.")
    // Every reason is there from the start, so that a first case shows as a rise from 0.
    refused = Dictionary(
      uniqueKeysWithValues: RefusalReason.allCases.map { reason in
        let counter = registry.counter(
          "server_connections_refused_total", help: "Connections that were not let in, by reason.",
          labels: ["reason": reason.rawValue])
        return (reason, counter)
      })
    ended = Dictionary(
      uniqueKeysWithValues: EndReason.allCases.map { ($0, Self.counter(registry, $0)) })
    other = CallMeter(method: "_OTHER", registry: registry, log: logsCalls ? log : nil)
  }

  /// The figures of one served method.
  func meter(for method: MethodDescriptor) -> CallMeter {
    CallMeter(method: method.fullName, registry: registry, log: logsCalls ? log : nil)
  }

  func connectionOpened() { open.add(1) }

  func connectionClosed() { open.add(-1) }

  private static func counter(_ registry: MetricsRegistry, _ reason: EndReason) -> Counter {
    let labels: KeyValuePairs = ["reason": reason.rawValue]
    return reason.isOfStream
      ? registry.counter(
        "server_streams_ended_total", help: "Streams ended by the server, by reason.",
        labels: labels)
      : registry.counter(
        "server_connections_ended_total", help: "Connections ended by the server, by reason.",
        labels: labels)
  }

  func connectionRefused(_ reason: RefusalReason) { refused[reason]?.increment() }

  /// A connection was ended for what its peer did, or did not do; one log line.
  func connectionEnded(_ reason: EndReason, detail: String = "") {
    ended[reason]?.increment()
    log.info(
      "connection ended", ["reason": LogValue(reason.rawValue), "detail": LogValue(detail)])
  }

  /// A stream was ended while its connection goes on; counted only, since a peer may cause many.
  func streamEnded(_ reason: EndReason) { ended[reason]?.increment() }

  /// A request for a call that no handler saw.
  func rejected(_ error: RPCError, requestID: RequestID, edge: Edge = .grpc) {
    let call = CallRecord(code: error.code, edge: edge, nanoseconds: 0, error: error)
    var lines = LogBatch()
    other.record(call, requestID: requestID.append(to:), to: &lines)
    lines.flush()
  }

  /// A plain route threw.
  func routeFailed(_ error: RPCError, requestID: String) {
    log.error(
      "route failed",
      ["request_id": LogValue(requestID), "error": LogValue(error)])
  }

  /// An exchange that was no transcoded call was answered.
  func answered(
    method: String, status: Int, nanoseconds: Int64, bytes: Int,
    requestID: @autoclosure () -> String
  ) {
    guard logsCalls else { return }
    log.info(
      "http",
      [
        "method": LogValue(method.prefix(16)), "status": .int(status),
        "ms": .milliseconds(nanoseconds: nanoseconds), "bytes_out": .int(bytes),
        "request_id": LogValue(requestID()),
      ])
  }
}

/// How one call went.
struct CallRecord {
  var code: StatusCode
  var edge: Edge
  var nanoseconds: Int64
  var error: RPCError?
  /// Of its messages, without frames and headers.
  var bytesIn = 0
  var bytesOut = 0
}

/// The figures and log lines of one method; any thread.
final class CallMeter: Sendable {
  private let method: String
  private let registry: MetricsRegistry
  private let log: Log?
  private let ok: Book
  private let others = Mutex<[Outcome: Book]>([:])

  private struct Outcome: Hashable {
    let edge: Edge
    let code: StatusCode
  }

  /// Where calls of one outcome are booked.
  private struct Book: Sendable {
    let histogram: Histogram
    /// Nil without log lines.
    let template: LogTemplate?
  }

  /// Seconds; the bounds that OpenTelemetry asks for.
  private static let bounds = [
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
  ]

  init(method: String, registry: MetricsRegistry, log: Log?) {
    self.method = method
    self.registry = registry
    let log = log?.with(["method": LogValue(method)])
    self.log = log
    ok = Self.book(registry, method, Outcome(edge: .grpc, code: .ok), log)
  }

  private static func book(
    _ registry: MetricsRegistry, _ method: String, _ outcome: Outcome, _ log: Log?
  ) -> Book {
    let (edge, code) = (outcome.edge.rawValue, outcome.code.description)
    let histogram = registry.histogram(
      "rpc_server_call_duration_seconds", help: "Duration of calls, by method, status, edge.",
      labels: ["rpc_method": method, "rpc_status_code": code, "rpc_edge": edge], bounds: bounds)
    let template = log.map {
      LogTemplate($0, .info, "call", ["edge": LogValue(edge), "code": LogValue(code)])
    }
    return Book(histogram: histogram, template: template)
  }

  /// Books one finished call; its line goes to `lines`. gRPC calls that went well take no lock.
  func record(
    _ call: CallRecord, requestID: (inout TextBuffer) -> Void,
    principal: @autoclosure () -> String? = nil, to lines: inout LogBatch
  ) {
    let book =
      call.code == .ok && call.edge == .grpc
      ? ok : otherBook(Outcome(edge: call.edge, code: call.code))
    book.histogram.observe(Double(call.nanoseconds) * 1e-9)
    guard let template = book.template else { return }
    lines.add(template) { line in
      line.milliseconds("ms", nanoseconds: call.nanoseconds)
      line.integer("bytes_in", call.bytesIn)
      line.integer("bytes_out", call.bytesOut)
      line.string("principal", principal() ?? "")
      line.plain("request_id", requestID)
    }
    if call.code == .internal || call.code == .unknown, let cause = call.error?.cause {
      failedInside(cause, requestID)
    }
  }

  /// What went wrong inside is for us alone: the peer got the request id.
  private func failedInside(_ cause: any Error, _ requestID: (inout TextBuffer) -> Void) {
    var id = TextBuffer(capacity: 64)
    requestID(&id)
    log?.error(
      "call failed inside",
      ["request_id": .string(id.string), "error": LogValue("\(cause)")])
  }

  private func otherBook(_ outcome: Outcome) -> Book {
    others.withLock { others in
      if let known = others[outcome] { return known }
      let made = Self.book(registry, method, outcome, log)
      others[outcome] = made
      return made
    }
  }
}
