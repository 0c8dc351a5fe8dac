internal import EventLoop
internal import InteropSchema
internal import Protobuf
internal import RPCCore
internal import Schema
internal import Synchronization

/// The load that the reports beside the calls show, and whose turn it is to say so.
final class LoadBoard: Sendable {
  typealias Report = Xds.Data.Orca.V3.OrcaLoadReport

  /// Carries the load of one call, with its status (gRFC A51).
  static let trailer = "endpoint-load-metrics-bin"

  private struct State {
    var report = Report()
    var isTaken = false
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  /// The right to post; given back, and the board wiped, when it goes away.
  final class Turn: Sendable {
    private let board: LoadBoard

    fileprivate init(_ board: LoadBoard) { self.board = board }

    deinit { board.passOn() }
  }

  private let state = Mutex(State())

  var report: Report { state.withLock { $0.report } }

  func post(_ report: Report) { state.withLock { $0.report = report } }

  /// Waits until nobody else has the turn. A cancelled task still gets one, and throws then.
  func takeTurn() async throws -> Turn {
    await withCheckedContinuation { waiter in
      let isFree = state.withLock { state in
        guard state.isTaken else {
          state.isTaken = true
          return true
        }
        state.waiting.append(waiter)
        return false
      }
      if isFree { waiter.resume() }
    }
    let turn = Turn(self)
    try Task.checkCancellation()
    return turn
  }

  private func passOn() {
    let next: CheckedContinuation<Void, Never>? = state.withLock { state in
      state.report = Report()
      guard !state.waiting.isEmpty else {
        state.isTaken = false
        return nil
      }
      return state.waiting.removeFirst()
    }
    next?.resume()
  }
}

/// `xds.service.orca.v3.OpenRcaService`: the board, again and again.
struct LoadReports: Xds.Service.Orca.V3.OpenRcaServiceServing {
  let board: LoadBoard

  /// No client gets reports more often.
  private static let leastInterval = Duration.milliseconds(100)

  func streamCoreMetrics(
    _ request: Xds.Service.Orca.V3.OrcaLoadReportRequest,
    _ responses: Outbound<LoadBoard.Report>, _ context: RPCContext
  ) async throws {
    let wanted = request.reportInterval.map {
      Duration.seconds($0.seconds) + .nanoseconds(Int64($0.nanos))
    }
    let interval = max(wanted ?? Self.leastInterval, Self.leastInterval)
    while let loop = EventLoop.current {
      try await responses.send(board.report)
      try await loop.sleep(for: interval)
    }
  }
}

extension Testing.TestOrcaReport {
  /// The report in the form that goes over the wire.
  var load: LoadBoard.Report {
    .with {
      $0.cpuUtilization = cpuUtilization
      $0.memUtilization = memoryUtilization
      $0.requestCost = requestCost
      $0.utilization = utilization
    }
  }
}
