internal import EventLoop
internal import GRPC
internal import HTTP2
internal import Protobuf
internal import RPCCore
internal import Schema
internal import Telemetry

/// Asks a server over one connection whether it serves, for as long as that is used (gRFC A17).
///
/// asking → told, again and again → asking again (the call ended: at once when there was an answer,
/// else after a pause) → stopped. A server without a health service counts as serving. Loop-confined;
/// tells its subchannel.
final class HealthWatch {
  private static let method = MethodDescriptor(
    service: "grpc.health.v1.Health", name: "Watch", kind: .serverStreaming)

  let connection: Connection
  private let service: String
  private unowned let router: Router
  private weak var owner: Subchannel?
  private var call: CallState?
  private var backoff: BackoffMachine
  private var timer: LoopTimer?
  private var hasAnswered = false
  private var isStopped = false

  init(_ service: String, of connection: Connection, router: Router, owner: Subchannel) {
    self.service = service
    self.connection = connection
    self.router = router
    self.owner = owner
    backoff = BackoffMachine(router.configuration.backoff)
  }

  func begin() {
    hasAnswered = false
    _ = backoff.begin(at: .now, minimum: .zero, random: .random(in: -1...1))
    let call = CallState(Self.method, CallOptions(), router: router, isOwn: true)
    self.call = call
    do {
      let request = Grpc.Health.V1.HealthCheckRequest.with { $0.service = service }
      try call.send(try request.serializedBytes(), compressed: nil)
      try call.finishSending()
      try call.begin(on: connection)
    } catch {
      // The connection takes no more calls; its end, which stops this, is told by an event.
      return call.abandon(RPCError(.unavailable, "the health check cannot begin", cause: error))
    }
    listen(to: call)
  }

  /// Nobody wants to know any more.
  func stop() {
    isStopped = true
    timer?.cancel()
    call?.abandon(RPCError(.cancelled, "the connection is not used any more"))
    call = nil
  }

  private func listen(to call: CallState) {
    let (me, call) = (LoopConfined(self), LoopConfined(call))
    Task(executorPreference: router.loop) {
      do {
        while let answer = try await withCheckedThrowingContinuation({ call.value.receive($0) }) {
          me.value.received(answer)
        }
        me.value.ended(RPCError(.unavailable, "the server ended the health check"))
      } catch {
        me.value.ended(RPCError(converting: error, requestID: ""))
      }
    }
  }

  private func received(_ message: [UInt8]) {
    guard !isStopped else { return }
    guard let answer = try? Grpc.Health.V1.HealthCheckResponse(serializedBytes: message) else {
      call?.abandon(RPCError(.internal, "the answer of the health check does not parse"))
      return
    }
    hasAnswered = true
    let problem = RPCError(.unavailable, "the server says that it does not serve now")
    owner?.healthChanged(answer.status == .serving ? nil : problem)
  }

  private func ended(_ error: RPCError) {
    guard !isStopped else { return }
    call = nil
    guard error.code != .unimplemented else {
      router.log.warning("the server has no health service, so it counts as serving")
      owner?.healthChanged(nil)
      return
    }
    owner?.healthChanged(RPCError(.unavailable, "the health check failed", cause: error))
    if hasAnswered { backoff.reset() }
    timer = router.loop.schedule(after: backoff.pause(at: .now)) { [weak self] in self?.begin() }
  }
}
