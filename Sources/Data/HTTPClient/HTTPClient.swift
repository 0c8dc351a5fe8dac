package import EventLoop
internal import HTTP
package import TLS

/// Sends HTTP requests by libcurl on one loop: keep-alive, HTTP/2 over TLS, no redirects, no proxy,
/// no cookies.
///
/// Any task may send; the work happens on the loop. Connections are kept and shared by requests to
/// the same host. `close()`, or the last reference going away, ends what is under way.
package final class HTTPClient: Sendable {
  private let curl: LoopBound<CurlMulti>

  /// A client on `loop` that believes `trust` where a URL says https.
  package init(loop: EventLoop, trust: TLSTrust = .systemRoots) {
    curl = LoopBound(CurlMulti(loop: loop, trust: trust), loop: loop)
  }

  deinit { close() }

  /// Sends a request and gathers its response.
  ///
  /// Throws `HTTPClientError` when there is none, and `CancellationError` at once when the task is
  /// cancelled; the connection is then closed. `onBody`, if given, gets the pieces of a 2xx's body on the
  /// loop as they come, and the response's own body stays empty. Another status has something else to
  /// say than what was asked for: its body is gathered.
  package func send(
    _ request: ClientRequest, onBody: (@Sendable ([UInt8]) -> Void)? = nil
  ) async throws -> ClientResponse {
    let url = try Self.check(request)
    let loop = curl.loop
    let curl = curl
    let transfer = LoopBound(Transfer(request, url, onBody: onBody), loop: loop)
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        loop.perform { curl.value.start(transfer.value, continuation) }
      }
    } onCancel: {
      // Not at once: the canceller may be called by curl, by way of `onBody`.
      loop.execute { curl.value.cancel(transfer.value) }
    }
  }

  /// Fails everything under way and closes every connection. Later requests fail. Idempotent.
  package func close() {
    let curl = curl
    curl.loop.execute { curl.value.close() }
  }

  private static func check(_ request: ClientRequest) throws(HTTPClientError) -> URLParts {
    guard HTTPFieldRules.isName(request.method) else {
      throw HTTPClientError(.badRequest, "request method is not a token")
    }
    do throws(HTTPError) {
      try request.headers.validate()
      let url = try URLParts(request.url)
      if url.scheme == "http" || url.scheme == "https" { return url }
      throw HTTPError(.url, "url scheme is neither http nor https")
    } catch {
      throw HTTPClientError(.badRequest, error.message)
    }
  }
}
