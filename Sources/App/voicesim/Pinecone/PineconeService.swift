internal import Buffers
internal import HTTP
internal import RPCServer
internal import Simulation

/// Both planes of one Pinecone project. Loop-confined.
final class PineconeService {
  /// Items that a query string can have: a fetch names up to a thousand ids.
  private static let mostItems = 1_100

  /// Whose clock counts.
  private unowned let cloud: SimulatedCloud
  /// Decides.
  private var machine: PineconeMachine
  /// The switches as they were last set.
  private(set) var faultText: JSONValue = [:]

  /// Begins with the faults of the script.
  init(cloud: SimulatedCloud) {
    self.cloud = cloud
    machine = PineconeMachine(
      key: cloud.settings.pineconeKey, index: cloud.settings.pineconeIndex,
      faults: cloud.settings.scenario.pineconeFaults)
  }

  /// Replaces all switches; `text` is how they were written.
  func setFaults(_ faults: PineconeFaults, as text: JSONValue) {
    machine.setFaults(faults)
    faultText = text
  }

  /// The Pinecone part of `GET /sim/metrics`.
  var metrics: JSONValue { machine.report.json }

  /// `GET /sim/vectors`.
  var vectors: JSONValue { machine.vectors(at: cloud.now) }

  /// The answer to one request.
  func answer(
    _ request: HTTPExchangeRequest, _ operation: PineconeCall.Operation
  ) -> (response: HTTPExchangeResponse, delay: Duration) {
    let headers = request.head.headers
    let query = request.head.query.flatMap { try? FormItems(parsing: $0, limit: Self.mostItems) }
    let call = PineconeCall(
      operation, key: headers["api-key"], version: headers["x-pinecone-api-version"],
      authority: request.head.authority,
      query: query?.items.map { ($0.name, $0.value) } ?? [], body: request.body)
    let reply = machine.answer(call, at: cloud.now)
    var response = HTTPExchangeResponse(
      status: HTTPStatus(rawValue: reply.status), body: reply.body)
    if !reply.contentType.isEmpty { response.headers.add("content-type", reply.contentType) }
    for (name, value) in reply.headers { response.headers.add(name, value) }
    return (response, reply.delay)
  }
}
