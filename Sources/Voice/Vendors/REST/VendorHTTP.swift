/// A request to a vendor's REST interface.
struct VendorRequest: Sendable, Equatable {
  var method: String
  var url: String
  var headers: [(name: String, value: String)] = []
  var body: [UInt8] = []
  var timeout: Duration = .seconds(10)
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
  /// Throws `VendorHTTPFailure`.
  var send: @Sendable (VendorRequest) async throws -> VendorResponse
  var sleep: @Sendable (Duration) async throws -> Void
}
