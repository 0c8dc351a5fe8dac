/// A call to one of our numbers, as the carrier tells of it before it brings the media.
package struct IncomingCall: Sendable {
  package let id: CarrierCallID
  /// Who calls, in E.164; nil when the number is withheld or not an Indian one.
  package let from: String?
  /// The number that was dialled, in E.164.
  package let to: String

  package init(id: CarrierCallID, from: String?, to: String) {
    self.id = id
    self.from = from
    self.to = to
  }
}

/// How a carrier asks what to do with an incoming call; pure.
package protocol CarrierSwitchboard: Sendable {
  /// The address to give the carrier once, below `base` (scheme, host and port, no slash at its end).
  /// Who knows it may announce calls.
  func incomingURL(base: String) -> String
  /// Verifies and reads an announcement; `token` is what stands in the place of the address' last
  /// segment, and `request.query` the whole query.
  func verify(
    _ request: CarrierCallbackRequest, token: String
  ) throws(CarrierCallbackRefusal) -> IncomingCall
  /// The body, in JSON, that makes the carrier bring the call's media to `streamURL`.
  func answer(streamURL: String) -> [UInt8]
}
