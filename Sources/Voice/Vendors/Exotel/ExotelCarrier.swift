package import EventLoop
internal import HTTPClient
package import Speech

/// Exotel's REST interface with its retry rules. Safe from any task.
///
/// Only what surely had no effect is repeated: a connection that failed before the request was sent,
/// 429, 502 and 503. After an unclear outcome the call is looked for; it is never placed twice.
package struct ExotelCarrier: Carrier {
  private static let attempts = 3
  private let settings: @Sendable () -> ExotelSettings
  private let http: VendorHTTP
  private let clock: @Sendable () -> Int64

  /// `clock` gives seconds since 1970.
  init(
    settings: @escaping @Sendable () -> ExotelSettings, http: VendorHTTP,
    clock: @escaping @Sendable () -> Int64
  ) {
    self.settings = settings
    self.http = http
    self.clock = clock
  }

  /// With the account's secrets of now.
  private var requests: ExotelRequests { ExotelRequests(settings: settings()) }

  package func placeCall(_ request: PlaceCallRequest) async throws -> CarrierCallID {
    let started = clock()
    let connect = try requests.connect(request)
    do {
      return try ExotelAnswers.call(try await send(connect)).id
    } catch let error as SpeechError where error.kind == .outcomeUnknown {
      return try await findAfterUnclearOutcome(request, since: started, error)
    }
  }

  package func fetchCall(_ id: CarrierCallID) async throws -> CarrierCall? {
    let response = try await exchange(requests.call(id))
    if response.status == 404 { return nil }
    return try ExotelAnswers.call(try accepted(response))
  }

  package func findCall(callID: String, to number: String, since: Int64) async throws
    -> CarrierCall?
  {
    let response = try await send(requests.calls(to: number, since: since))
    return try ExotelAnswers.calls(response).first { $0.callID == callID }
  }

  /// A call just placed appears in the list after a moment.
  private func findAfterUnclearOutcome(
    _ request: PlaceCallRequest, since: Int64, _ error: SpeechError
  ) async throws -> CarrierCallID {
    for pause in [1, 3, 6] {
      try await http.sleep(.seconds(pause))
      let found = try? await findCall(callID: request.callID, to: request.to, since: since)
      if let found { return found.id }
    }
    throw error
  }

  private func send(_ request: VendorRequest) async throws -> VendorResponse {
    var attempt = 1
    while true {
      do {
        return try accepted(try await exchange(request))
      } catch let error as SpeechError where attempt < Self.attempts && isRepeatable(error) {
        try await http.sleep(pause(attempt, error.retryAfter))
        attempt += 1
      }
    }
  }

  /// A rate limit passes; an empty balance, also a quota, does not refill in a second.
  private func isRepeatable(_ error: SpeechError) -> Bool {
    error.kind == .transient || (error.kind == .quota && error.retryAfter != nil)
  }

  private func pause(_ attempt: Int, _ asked: Duration?) -> Duration {
    let base = min(asked ?? .milliseconds(500 << (attempt - 1)), .seconds(10))
    return base + .milliseconds(Int.random(in: 0...250))
  }

  private func accepted(_ response: VendorResponse) throws -> VendorResponse {
    guard (200..<300).contains(response.status) else { throw ExotelAnswers.failure(response) }
    return response
  }

  private func exchange(_ request: VendorRequest) async throws -> VendorResponse {
    do {
      return try await http.send(request)
    } catch let failure as VendorHTTPFailure {
      switch failure {
      case .notSent(let why): throw SpeechError(.transient, "exotel was not reached: \(why)")
      case .unclear(let why): throw SpeechError(.outcomeUnknown, "exotel did not answer: \(why)")
      }
    }
  }
}

extension ExotelCarrier {
  /// Exotel over the network, with its requests on `loop`. `settings` is asked for each request, so
  /// that a key can change.
  package init(settings: @escaping @Sendable () -> ExotelSettings, loop: EventLoop) {
    self.init(
      settings: settings, http: VendorHTTP(client: HTTPClient(loop: loop), loop: loop),
      clock: WallClock.seconds)
  }
}
