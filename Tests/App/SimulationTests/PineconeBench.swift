import Buffers

@testable import Simulation

/// Drives one machine under virtual time, against an index of three values.
struct PineconeBench {
  static let host = "127.0.0.1:9"
  var machine = PineconeMachine(key: "right", index: "first", faults: PineconeFaults())
  var now: Duration = .zero

  /// With an index `three` by `metric`, ready, and the switches `faults`.
  init(metric: String = "cosine", _ faults: JSONValue = [:]) throws {
    machine.setFaults(try PineconeFaults(faults))
    try call(
      .createIndex,
      """
      {"name":"three","dimension":3,"metric":"\(metric)",
       "spec":{"serverless":{"cloud":"aws","region":"us-east-1"}}}
      """, on: Self.host)
    now += .seconds(1)
  }

  /// The answer to one call; data calls go to `three`.
  @discardableResult
  mutating func call(
    _ operation: PineconeCall.Operation, _ body: String = "", query: [(String, String)] = [],
    on host: String = "three.localhost:9", key: String? = "right", version: String? = "2025-10"
  ) throws -> (status: Int, json: JSONValue, reply: PineconeReply) {
    let reply = machine.answer(
      PineconeCall(
        operation, key: key, version: version, authority: host,
        query: query.map { (name: $0.0, value: $0.1) }, body: Array(body.utf8)), at: now)
    let isJSON = reply.contentType == "application/json"
    return (reply.status, isJSON ? try JSONValue(parsing: reply.body) : .null, reply)
  }

  /// Upserts records as they are written in JSON, and waits until they are seen.
  mutating func put(_ vectors: String..., namespace: String = "m") throws {
    try call(
      .upsert, #"{"vectors":[\#(vectors.joined(separator: ","))],"namespace":"\#(namespace)"}"#)
    now += machine.faults.visibility
  }

  /// The ids of a query's matches; `more` are further members.
  mutating func matches(_ more: String, namespace: String = "m") throws -> [String] {
    let answer = try call(
      .query, #"{"namespace":"\#(namespace)","topK":10,\#(more)}"#)
    return answer.json["matches"]?.arrayValue?.compactMap { $0["id"]?.stringValue } ?? []
  }

  /// A record with the id, values and metadata.
  static func vector(_ id: String, _ values: [Int], _ metadata: String = "{}") -> String {
    #"{"id":"\#(id)","values":\#(values),"metadata":\#(metadata)}"#
  }
}
