internal import HTTP
internal import RPCCore
internal import Transcoding

/// Sends answers on a response stream with what every answer carries: request id, date, length, and
/// what browsers may do with it.
struct ExchangeResponse {
  let stream: any ResponseStream
  /// Whether the request is a HEAD, whose whole answer is the head.
  let isHead: Bool
  private let requestID: RequestID
  /// Nil without a policy.
  private let cors: HTTPHeaders?
  private let security: SecurityHeaders?
  private let request: HTTPHeaders
  private let date: String

  init(
    _ stream: any ResponseStream, to request: HTTPRequestHead, requestID: RequestID,
    by server: LoopServer
  ) {
    self.stream = stream
    isHead = request.method == "HEAD"
    self.requestID = requestID
    self.request = request.headers
    cors = server.cors?.headers(for: request)
    security = server.security
    date = server.httpDate
  }

  /// Sends head and body at once, in a coding the client takes; a HEAD request gets the head alone.
  /// `compresses` is what a handler asked for, nil when it said nothing.
  func sendWhole(_ answer: consuming HTTPExchangeResponse, compresses: Bool? = nil) {
    if compresses != false {
      ContentCoding.apply(
        to: &answer, accepting: request, whateverSize: compresses == true)
    }
    var head = HTTPResponseHead(status: answer.status)
    // Moved, not copied, so that what is added needs no memory of its own.
    swap(&head.headers, &answer.headers)
    complete(&head.headers)
    if !answer.status.forbidsBody {
      head.headers.replace(lowercase: "content-length", with: String(answer.body.count))
    }
    let isBodyless = isHead || answer.body.isEmpty || answer.status.forbidsBody
    stream.sendHead(head, end: isBodyless)
    if !isBodyless { stream.sendBody(answer.body, end: true) }
  }

  /// Sends the answer of a transcoded call.
  func sendWhole(_ answer: consuming RESTResponse, compresses: Bool? = nil) {
    sendWhole(HTTPExchangeResponse(consume answer), compresses: compresses)
  }

  /// Sends the head of an answer whose length is not known.
  func sendHead(_ answer: RESTResponse) {
    sendHead(HTTPResponseHead(status: answer.status, headers: answer.headers))
  }

  /// Sends the head of an answer whose body follows in pieces; headers of a CORS policy come on top.
  func sendHead(_ head: HTTPResponseHead) {
    var head = head
    complete(&head.headers)
    stream.sendHead(head, end: isHead)
  }

  private func complete(_ headers: inout HTTPHeaders) {
    let given = RequestID.accepted(request["x-request-id"])
    headers.replace(lowercase: "x-request-id", with: given ?? requestID.description)
    headers.replace(lowercase: "date", with: date)
    security?.complete(&headers)
    if let cors { headers.add(contentsOf: cors) }
  }
}

extension HTTPExchangeResponse {
  /// An answer of the REST edge.
  init(_ answer: consuming RESTResponse) {
    self.init(status: answer.status, headers: answer.headers, body: answer.body)
  }
}
