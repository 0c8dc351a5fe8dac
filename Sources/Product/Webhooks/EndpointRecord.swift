internal import Domain
internal import Postgres
internal import Protobuf
internal import VoiceAPI

/// An endpoint as its row holds it, without its secrets.
struct EndpointRecord: Sendable {
  let id: WebhookEndpointID
  let merchant: MerchantID
  let url: String
  let eventTypes: [String]
  /// Follows its merchant's `webhook_url`.
  let isManaged: Bool
  let isActive: Bool
  /// `merchant`, `gone` or `failing` while it is paused.
  let pauseReason: String
  let revision: Int64
  let failingSince: Moment?
  let createTime: Moment

  static let columns: Query = """
    webhook_endpoints.endpoint_id, webhook_endpoints.merchant_id, url, event_types,
    is_managed, webhook_endpoints.state = 'active' AS is_active, pause_reason, revision, failing_since,
    create_time
    """

  init(_ row: Row) throws {
    guard let id = WebhookEndpointID(try row.decode("endpoint_id", as: String.self)),
      let merchant = MerchantID(try row.decode("merchant_id", as: String.self))
    else { throw PostgresError(.invalidValue, "an endpoint's row has an id of another kind") }
    self.id = id
    self.merchant = merchant
    url = try row.decode("url")
    eventTypes = try row.decode("event_types")
    isManaged = try row.decode("is_managed")
    isActive = try row.decode("is_active")
    pauseReason = try row.decode("pause_reason")
    revision = try row.decode("revision")
    failingSince = try row.decode("failing_since", as: Moment?.self)
    createTime = try row.decode("create_time")
  }

  var etag: String { Etag.text(revision: revision) }

  /// As the API shows it.
  var proto: Payaid.Voice.V1.WebhookEndpoint {
    .with {
      $0.endpointId = id.text
      $0.url = url
      $0.eventTypes = eventTypes
      $0.state = isActive ? .active : .paused
      $0.pauseReason = pauseReason
      $0.failingSince = failingSince?.timestamp
      $0.createTime = createTime.timestamp
      $0.managed = isManaged
      $0.etag = etag
    }
  }
}
