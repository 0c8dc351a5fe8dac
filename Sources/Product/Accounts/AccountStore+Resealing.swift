package import Domain

extension AccountStore {
  /// How PANs, which `seal` sealed, move to another master key.
  package static func resealing(_ seal: DataSeal) -> Resealing {
    Resealing("merchants.pan", "pan_sealed", in: "merchants", by: ["merchant_id"]) {
      try seal.renew($0, for: MerchantRow.context($1[0]))
    }
  }
}
