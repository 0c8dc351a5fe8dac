internal import Domain
internal import Postgres
internal import Protobuf
internal import VoiceAPI

/// How a merchant lies in its table: the profile in columns, who it is and its settings as JSON, the
/// PAN sealed.
struct MerchantRow {
  typealias Merchant = Payaid.Voice.V1.Merchant

  /// The whole profile, with its PAN in the clear: for rules and changes, never for answers.
  var merchant: Merchant
  let revision: Int64
  let kycState: KycState
  let kycExpireTime: Moment?
  /// What the operator said with the last decision on it.
  let reviewReason: String

  static let columns: Query = """
    merchant_id, name, email, state, webhook_url, cors_origins, revision, create_time, update_time,
    kyc::text AS kyc, kyc_state, kyc_expire, pan_sealed, settings::text AS settings,
    coalesce((SELECT reason FROM kyc_reviews WHERE merchant_id = merchants.merchant_id
      ORDER BY review_id DESC LIMIT 1), '') AS review_reason
    """

  init(_ row: Row, _ seal: DataSeal) throws {
    guard let kycState = KycState(rawValue: try row.decode("kyc_state")) else {
      throw PostgresError(.invalidValue, "merchants.kyc_state is unknown")
    }
    self.kycState = kycState
    kycExpireTime = try row.decode("kyc_expire", as: Moment?.self)
    reviewReason = try row.decode("review_reason")
    revision = try row.decode("revision")
    var merchant = Merchant()
    merchant.merchantId = try row.decode("merchant_id")
    merchant.name = try row.decode("name")
    merchant.email = try row.decode("email")
    merchant.state = try MerchantState(row).proto
    merchant.webhookUrl = try row.decode("webhook_url")
    merchant.corsOrigins = try row.decode("cors_origins")
    merchant.createTime = try row.decode("create_time", as: Moment.self).timestamp
    merchant.updateTime = try row.decode("update_time", as: Moment.self).timestamp
    merchant.etag = Etag.text(revision: revision)
    merchant.kyc = try .init(json: Array(try row.decode("kyc", as: String.self).utf8))
    if let sealed: [UInt8] = try row.decode("pan_sealed", as: [UInt8]?.self) {
      let pan = try seal.open(sealed, for: Self.context(merchant.merchantId))
      merchant.kyc?.pan = String(decoding: pan, as: UTF8.self)
    }
    merchant.settings = try .init(json: Array(try row.decode("settings", as: String.self).utf8))
    self.merchant = merchant
  }

  /// As the API shows it.
  func proto(now: Moment) -> Merchant {
    var shown = merchant
    var kyc = merchant.kyc ?? .init()
    kyc.state = kycState.proto(expireTime: kycExpireTime, now: now)
    kyc.expireTime = kycExpireTime?.timestamp
    kyc.missingFields = MerchantRules.missing(kyc)
    kyc.reviewReason = reviewReason
    if !kyc.pan.isEmpty { kyc.pan = BusinessNumber.masked(pan: kyc.pan) }
    shown.kyc = kyc
    return shown
  }

  /// What is stored of who it is, without what has columns of its own.
  static func kycJSON(_ kyc: Payaid.Voice.V1.Kyc) throws -> String {
    var rest = kyc
    rest.pan = ""
    rest.state = .unspecified
    rest.missingFields = []
    rest.expireTime = nil
    rest.reviewReason = ""
    rest.dltBinding = nil
    return String(decoding: try rest.storableJSON(), as: UTF8.self)
  }

  /// What a merchant's PAN is sealed for.
  static func context(_ merchant: String) -> [String] { ["merchants.pan", merchant] }
}

extension MerchantState {
  /// As the API calls it.
  var proto: Payaid.Voice.V1.Merchant.State {
    switch self {
    case .active: .active
    case .suspended: .suspended
    case .closed: .closed
    }
  }
}
