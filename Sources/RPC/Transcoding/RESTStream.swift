internal import Buffers
internal import HTTP
internal import Protobuf
package import RPCCore

/// How the messages of a server stream follow each other in an HTTP body.
///
/// | Accept | message | error | end |
/// | --- | --- | --- | --- |
/// | application/x-ndjson, or any other | `{"result":{…}}` line | `{"error":{…}}` line | `{"end":{}}` line |
/// | text/event-stream | `data: {…}` | `event: error` | `event: end` |
/// | application/json | element of an array | last element `{"error":{…}}` | `]` |
///
/// A body without its end was cut short.
enum StreamFormat: Sendable, Equatable {
  case lines, events, array

  /// The acceptable format the client ranks highest; `lines` when it names none.
  init(accept: [Substring]) {
    var best: (format: StreamFormat, weight: Double)?
    for range in accept {
      let parameters = HTTPParameters(range)
      let weight = parameters["q"].flatMap(Double.init) ?? 1
      guard let format = Self.named(parameters.value), weight > best?.weight ?? 0 else { continue }
      best = (format, weight)
    }
    self = best?.format ?? .lines
  }

  private static func named(_ type: String) -> StreamFormat? {
    switch type {
    case "application/x-ndjson", "application/jsonl", "application/ndjson": .lines
    case "text/event-stream": .events
    case "application/json": .array
    default: nil
    }
  }

  var contentType: String {
    switch self {
    case .lines: "application/x-ndjson"
    case .events: "text/event-stream"
    case .array: "application/json"
    }
  }
}

/// What one message of a stream is, and its end, where each stands by itself.
enum Record {
  static func result(_ json: [UInt8]) -> [UInt8] {
    Array(#"{"result":"#.utf8) + json + [UInt8(ascii: "}")]
  }

  static let end = Array(#"{"end":{}}"#.utf8)
}

/// The body of one server-streaming answer, piece by piece. Sans-I/O; one per call.
package struct RESTStream: Sendable {
  private let format: StreamFormat
  private let output: ResponseShape
  private let errors: ErrorBody
  /// A field whose value names an event, so that a client can resume behind it.
  private let resumeField: FieldType?
  private var count = 0
  private var rawContentType: String?

  init(format: StreamFormat, output: ResponseShape, errors: ErrorBody, resumeField: FieldType?) {
    self.format = format
    self.output = output
    self.errors = errors
    self.resumeField = resumeField
  }

  /// The head: 200 and what keeps intermediaries from buffering. For HttpBody streams, ask for it
  /// after the first message, which decides the content type.
  package func head(metadata: Metadata = Metadata()) -> RESTResponse {
    let type = output.isRaw ? rawContentType ?? "application/octet-stream" : format.contentType
    var headers: HTTPHeaders = [
      "content-type": type, "cache-control": "no-store", "x-accel-buffering": "no",
    ]
    RESTHeaders.add(metadata, to: &headers)
    return RESTResponse(status: .ok, headers: headers)
  }

  /// The bytes of the next message.
  package mutating func message(_ message: [UInt8]) throws(RESTFailure) -> [UInt8] {
    defer { count += 1 }
    let message = try output.unpack(message)
    if output.isRaw {
      let body = output.raw(message)
      if count == 0 { rawContentType = body.contentType }
      return body.data
    }
    let json = try output.json(message)
    switch format {
    case .lines: return Record.result(json) + bytes("\n")
    case .events: return eventID(message) + bytes("data: ") + json + bytes("\n\n")
    case .array: return bytes(count == 0 ? "[" : ",\n") + json
    }
  }

  /// The bytes that end the body, telling `error` if there is one. Nil means that the format has no
  /// way to say so: reset the stream or cut the connection.
  package func end(_ error: RPCError? = nil) -> [UInt8]? {
    if output.isRaw { return error == nil ? [] : nil }
    let record = error.map { errors.record($0) }
    switch format {
    case .lines: return (record ?? Record.end) + bytes("\n")
    case .events:
      guard let record else { return bytes("event: end\ndata: {}\n\n") }
      return bytes("event: error\ndata: ") + record + bytes("\n\n")
    case .array:
      guard let record else { return bytes(count == 0 ? "[]" : "]") }
      return bytes(count == 0 ? "[" : ",\n") + record + bytes("]")
    }
  }

  /// What may be sent in a silence without being a message; empty where the format has nothing.
  package func keepAlive() -> [UInt8] {
    switch format {
    case .events where !output.isRaw: bytes(": ping\n\n")
    case .lines where !output.isRaw: bytes("\n")
    default: []
    }
  }

  private func eventID(_ message: DynamicMessage) -> [UInt8] {
    guard let resumeField else { return [] }
    return bytes("id: \(message.int64(of: resumeField))\n")
  }

  private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
}
