package import HTTP

/// One HTTP request to be sent.
package struct ClientRequest: Sendable {
  /// A user name and password for HTTP basic authentication. Never logged.
  package struct BasicAuth: Sendable {
    package var user: String
    package var password: String

    package init(user: String, password: String) {
      self.user = user
      self.password = password
    }
  }

  /// The method, in capitals.
  package var method: String
  /// An absolute http or https URL, percent-coded, without user information.
  package var url: String
  /// Fields to send; the length, host and authorization of `basicAuth` are added.
  package var headers: HTTPHeaders
  /// The body; empty for none.
  package var body: [UInt8]
  /// The time for everything: resolving, connecting, sending, receiving.
  package var timeout: Duration
  /// The part of `timeout` that connecting may take.
  package var connectTimeout: Duration = .seconds(10)
  /// How long nothing of the response may come: from the start to its first byte, and from one piece to
  /// the next. Nil leaves that to `timeout`.
  package var silenceTimeout: Duration?
  package var basicAuth: BasicAuth?
  /// Bytes of response body after which the request fails as too large.
  package var maxResponseBytes = 16 * 1024 * 1024
  /// Cuts a longer body off in place of failing: for those who only want to know how it went.
  package var cutsLongResponses = false
  /// Gives the request a connection of its own: on a kept one that closes without an answer, curl
  /// would send it a second time by itself. For what must not be done twice.
  package var isSentOnce = false
  /// The address to connect to in place of resolving the URL's host, which TLS still checks. Such a
  /// request has a connection of its own, and is sent once.
  package var connectAddress: IPAddress?

  package init(
    method: String = "GET", url: String, headers: HTTPHeaders = HTTPHeaders(), body: [UInt8] = [],
    timeout: Duration = .seconds(30), basicAuth: BasicAuth? = nil
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.timeout = timeout
    self.basicAuth = basicAuth
  }
}

/// What a server answered. Any status is an answer: 404 and 500 are not errors here.
package struct ClientResponse: Sendable {
  package var status: HTTPStatus
  /// The final response's fields, and the trailers behind them.
  package var headers: HTTPHeaders
  package var body: [UInt8]

  package init(status: HTTPStatus, headers: HTTPHeaders = HTTPHeaders(), body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }
}
