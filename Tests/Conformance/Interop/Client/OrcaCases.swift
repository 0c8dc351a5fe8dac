internal import InteropSchema
internal import Protobuf
internal import RPCCore
internal import Schema

/// Cases of the load that a server reports of itself (gRFC A51).
enum OrcaCases {
  private static let first = Testing.TestOrcaReport.with {
    $0.cpuUtilization = 0.8210
    $0.memoryUtilization = 0.5847
    $0.utilization = ["util": 0.30499]
  }

  private static let second = Testing.TestOrcaReport.with {
    $0.cpuUtilization = 0.29309
    $0.memoryUtilization = 0.2
    $0.utilization = ["util": 0.2039]
  }

  @Sendable static func perCall(_ peer: Peer) async throws {
    var wanted = first
    wanted.requestCost = ["cost": 3_456.32]
    let request = Testing.SimpleRequest.with { $0.orcaPerQueryReport = wanted }
    let (_, call) = try await peer.unary(request)
    guard let bytes = call.trailers.binary(LoadBoard.trailer) else {
      throw CaseFailure("the trailers hold no report: \(call.trailers.entries)")
    }
    let report = try LoadBoard.Report(serializedBytes: bytes)
    try expect(report == wanted.load, "the report is \(report)")
  }

  /// What is told on a call shows in the reports that come beside it.
  @Sendable static func besideCalls(_ peer: Peer) async throws {
    let reports = try await Xds.Service.Orca.V3.OpenRcaServiceClient(peer.open).streamCoreMetrics(
      .with { $0.reportInterval = .with { $0.nanos = 200_000_000 } },
      options: .timeout(.seconds(30)))
    let call = try await peer.service.fullDuplexCall()
    for wanted in [first, second] {
      var request = Testing.StreamingOutputCallRequest.asking([1])
      request.orcaOobReport = wanted
      try await call.send(request)
      _ = try await call.responses.next()
      while try await reports.next() != wanted.load {}
    }
    try await call.finishSending()
    try expect(try await call.responses.next() == nil, "a third response")
    reports.call.cancel()
  }
}
