package import EventLoop
internal import HTTPClient
package import Speech

/// The numbers of an Exotel account, which Exotel calls ExoPhones. Safe from any task.
///
/// A purchase is sent once: after an unclear outcome the account's own list is asked.
package struct ExoPhones: CarrierNumbers {
  /// Numbers on a page of the account's list, and how many pages are read at most.
  private static let pageSize = 50
  private static let pageLimit = 200

  private let settings: @Sendable () -> ExotelSettings
  private let sender: ExotelSender

  init(settings: @escaping @Sendable () -> ExotelSettings, http: VendorHTTP) {
    self.settings = settings
    sender = ExotelSender(http: http)
  }

  /// With the account's secrets of now.
  private var requests: ExotelRequests { ExotelRequests(settings: settings()) }

  /// Exotel over the network, with its requests on `loop`; `settings` is asked at each request.
  package init(settings: @escaping @Sendable () -> ExotelSettings, loop: EventLoop) {
    self.init(settings: settings, http: VendorHTTP(client: HTTPClient(loop: loop), loop: loop))
  }

  package func search(_ search: NumberSearch) async throws -> [CarrierNumber] {
    try ExoPhoneAnswers.numbers(try await sender.send(requests.availableNumbers(search)))
  }

  package func buy(_ number: String, name: String) async throws -> CarrierNumber {
    do {
      let response = try await sender.exchange(requests.buy(number, name: name))
      if response.status == 502 || response.status == 503 {
        throw SpeechError(.outcomeUnknown, "exotel answered \(response.status) to a purchase")
      }
      return try ExoPhoneAnswers.number(try ExotelSender.accepted(response))
    } catch let error as SpeechError where error.kind == .outcomeUnknown {
      return try await findAfterUnclearOutcome(number, error)
    }
  }

  package func find(_ number: String) async throws -> CarrierNumber? {
    for page in 0..<Self.pageLimit {
      let response = try await sender.send(requests.ownNumbers(page: page))
      let numbers = try ExoPhoneAnswers.numbers(response)
      if let found = numbers.first(where: { $0.number == number }) { return found }
      if numbers.count < Self.pageSize { return nil }
    }
    return nil
  }

  package func release(_ id: String) async throws {
    let response = try await sender.exchange(requests.release(id))
    if response.status == 404 { return }
    _ = try ExotelSender.accepted(response)
  }

  /// A number just bought appears in the list after a moment.
  private func findAfterUnclearOutcome(
    _ number: String, _ error: SpeechError
  ) async throws -> CarrierNumber {
    for pause in [1, 3] {
      try await sender.http.sleep(.seconds(pause))
      if let found = try? await find(number) { return found }
    }
    throw error
  }
}
