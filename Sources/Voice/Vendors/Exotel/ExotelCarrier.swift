package import EventLoop
internal import HTTPClient
package import Speech

/// Exotel's REST interface with its retry rules. Safe from any task.
///
/// Only what surely had no effect is repeated: a connection that failed before the request was sent,
/// 502 and 503; after 429 the caller waits. After an unclear outcome the call is looked for; it is never
/// placed twice.
package struct ExotelCarrier: Carrier {
  private let settings: @Sendable () -> ExotelSettings
  private let sender: ExotelSender
  private let clock: @Sendable () -> Int64

  /// `clock` gives seconds since 1970.
  init(
    settings: @escaping @Sendable () -> ExotelSettings, http: VendorHTTP,
    clock: @escaping @Sendable () -> Int64
  ) {
    self.settings = settings
    sender = ExotelSender(http: http, isPaced: true)
    self.clock = clock
  }

  /// With the account's secrets of now.
  private var requests: ExotelRequests { ExotelRequests(settings: settings()) }

  package func placeCall(_ request: PlaceCallRequest) async throws -> CarrierCallID {
    let started = clock()
    let connect = try requests.connect(request)
    do {
      return try ExotelAnswers.call(try await sender.send(connect)).id
    } catch let error as SpeechError where error.kind == .outcomeUnknown {
      return try await findAfterUnclearOutcome(request, since: started, error)
    }
  }

  package func fetchCall(_ id: CarrierCallID) async throws -> CarrierCall? {
    let response = try await sender.exchange(requests.call(id))
    if response.status == 404 { return nil }
    return try ExotelAnswers.call(try ExotelSender.accepted(response))
  }

  package func findCall(callID: String, to number: String, since: Int64) async throws
    -> CarrierCall?
  {
    let response = try await sender.send(requests.calls(to: number, since: since))
    return try ExotelAnswers.calls(response).first { $0.callID == callID }
  }

  /// A call just placed appears in the list after a moment.
  private func findAfterUnclearOutcome(
    _ request: PlaceCallRequest, since: Int64, _ error: SpeechError
  ) async throws -> CarrierCallID {
    for pause in [1, 3, 6] {
      try await sender.http.sleep(.seconds(pause))
      let found = try? await findCall(callID: request.callID, to: request.to, since: since)
      if let found { return found.id }
    }
    throw error
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
