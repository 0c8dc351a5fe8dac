/// An Exotel account. `apiKey` and `apiToken` are secrets and appear in no log or error.
package struct ExotelSettings: Sendable {
  /// Scheme and host without a slash at the end; one region per account.
  package var baseURL: String
  package var accountSID: String
  package var apiKey: String
  package var apiToken: String
  /// The call flow, made by hand in Exotel's App Bazaar, that answers bought numbers; without one
  /// they take no calls until somebody attaches a flow.
  package var flowID: String?

  package init(
    accountSID: String, apiKey: String, apiToken: String,
    baseURL: String = "https://api.in.exotel.com", flowID: String? = nil
  ) {
    self.baseURL = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
    self.accountSID = accountSID
    self.apiKey = apiKey
    self.apiToken = apiToken
    self.flowID = flowID
  }
}
