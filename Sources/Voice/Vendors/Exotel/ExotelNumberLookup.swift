internal import Buffers
package import EventLoop
internal import HTTPClient
internal import Speech

/// What Exotel knows of a number that is not ours. Safe from any task.
///
/// Its flag is a yes or no for all categories of calls, and of an age that it does not state.
package struct ExotelNumberLookup: NumberLookup {
  private static let timeout = Duration.seconds(3)

  private let settings: @Sendable () -> ExotelSettings
  private let sender: ExotelSender

  init(settings: @escaping @Sendable () -> ExotelSettings, http: VendorHTTP) {
    self.settings = settings
    sender = ExotelSender(http: http)
  }

  /// Exotel over the network, with its requests on `loop`; `settings` is asked at each request.
  package init(settings: @escaping @Sendable () -> ExotelSettings, loop: EventLoop) {
    self.init(settings: settings, http: VendorHTTP(client: HTTPClient(loop: loop), loop: loop))
  }

  package func isRegistered(_ number: String) async throws -> Bool? {
    var request = ExotelRequests(settings: settings()).number(number)
    request.timeout = Self.timeout
    let response = try ExotelSender.accepted(try await sender.exchange(request))
    let json = try? JSONValue(parsing: response.body, duplicateKeys: .lastWins)
    switch json?["Numbers"]?.text("DND")?.lowercased() {
    case "yes": return true
    case "no": return false
    default: return nil
    }
  }
}
