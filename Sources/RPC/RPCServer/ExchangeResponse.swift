internal import HTTP
internal import RPCCore
internal import Transcoding

/// Sends answers on a response stream with what every answer carries: request id and length.
struct ExchangeResponse {
  let stream: any ResponseStream
  private let isHead: Bool
  private let requestID: RequestID

  init(_ stream: any ResponseStream, isHead: Bool, requestID: RequestID) {
    self.stream = stream
    self.isHead = isHead
    self.requestID = requestID
  }

  /// Sends head and body at once; a HEAD request gets the head alone.
  func sendWhole(_ answer: HTTPExchangeResponse) {
    var head = HTTPResponseHead(status: answer.status, headers: answer.headers)
    head.headers.replace("x-request-id", with: requestID.description)
    if !answer.status.forbidsBody {
      head.headers.replace("content-length", with: "\(answer.body.count)")
    }
    let isBodyless = isHead || answer.body.isEmpty || answer.status.forbidsBody
    stream.sendHead(head, end: isBodyless)
    if !isBodyless { stream.sendBody(answer.body, end: true) }
  }

  /// Sends the answer of a transcoded call.
  func sendWhole(_ answer: RESTResponse) {
    sendWhole(
      HTTPExchangeResponse(
        status: HTTPStatus(rawValue: answer.status), headers: headers(answer), body: answer.body))
  }

  /// Sends the head of an answer whose length is not known.
  func sendHead(_ answer: RESTResponse) {
    var head = HTTPResponseHead(
      status: HTTPStatus(rawValue: answer.status), headers: headers(answer))
    head.headers.replace("x-request-id", with: requestID.description)
    stream.sendHead(head, end: isHead)
  }

  private func headers(_ answer: RESTResponse) -> HTTPHeaders {
    var headers = HTTPHeaders()
    for (name, value) in answer.headers { headers.add(name, value) }
    return headers
  }
}
