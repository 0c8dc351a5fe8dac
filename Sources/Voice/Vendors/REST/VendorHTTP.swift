/// A request to a vendor's REST interface.
struct VendorRequest: Sendable, Equatable {
  var method: String
  var url: String
  var headers: [(name: String, value: String)] = []
  var body: [UInt8] = []
  var timeout: Duration = .seconds(10)
  /// How long nothing of the response may come, at its beginning and in its middle; nil for as long as
  /// `timeout`.
  var silenceTimeout: Duration?
  /// Whether doing it twice is as good as once, though it is no GET; such a request may go over a kept
  /// connection, and saves the round trips of a new one.
  var isRepeatable = false

  static func == (left: Self, right: Self) -> Bool {
    left.method == right.method && left.url == right.url && left.body == right.body
      && left.headers.elementsEqual(right.headers, by: ==)
  }
}

struct VendorResponse: Sendable {
  var status: Int
  var retryAfter: Duration?
  var body: [UInt8]

  /// Whether it is what was asked for, not an error.
  var isSuccess: Bool { (200...299).contains(status) }
}

/// Why there is no answer: what decides whether a request may be repeated.
enum VendorHTTPFailure: Error, Sendable, Equatable {
  /// The request never left: repeating it is safe.
  case notSent(String)
  /// It may have been acted on.
  case unclear(String)
}

/// How vendor clients reach the network and wait; tests put a script here.
struct VendorHTTP: Sendable {
  /// Gets the pieces of a body in order, one at a time, on a thread of the sender's choice.
  typealias BodyReader = @Sendable ([UInt8]) -> Void

  /// Sends a request. With a reader, the body of a 2xx goes there piece by piece and the response has
  /// none; the body of an error is the response's. Throws `VendorHTTPFailure`.
  private let exchange: @Sendable (VendorRequest, BodyReader?) async throws -> VendorResponse
  let sleep: @Sendable (Duration) async throws -> Void

  init(
    exchange: @escaping @Sendable (VendorRequest, BodyReader?) async throws -> VendorResponse,
    sleep: @escaping @Sendable (Duration) async throws -> Void
  ) {
    self.exchange = exchange
    self.sleep = sleep
  }

  /// The whole response. Throws `VendorHTTPFailure`; cancelling closes the connection.
  func send(_ request: VendorRequest) async throws -> VendorResponse {
    try await exchange(request, nil)
  }

  /// The response, with the body of a 2xx given to `onBody` as it comes. Throws `VendorHTTPFailure`;
  /// what was given before is good. Cancelling closes the connection.
  func stream(_ request: VendorRequest, onBody: @escaping BodyReader) async throws -> VendorResponse
  {
    try await exchange(request, onBody)
  }
}
