package import Domain
internal import Postgres

extension AccountStore {
  /// How PANs, which `seal` sealed, move to another master key.
  package static func resealing(_ seal: DataSeal) -> Resealing {
    Resealing(
      "merchants.pan",
      find: { after, limit, transaction in
        try await transaction.query(
          """
          SELECT merchant_id, pan_sealed FROM merchants
          WHERE merchant_id > \(after) AND pan_sealed IS NOT NULL
          ORDER BY merchant_id LIMIT \(limit) FOR NO KEY UPDATE
          """
        ).map {
          SealedValue(id: try $0.decode("merchant_id"), bytes: try $0.decode("pan_sealed"))
        }
      },
      renew: { try seal.renew($0.bytes, for: MerchantRow.context($0.id)) },
      replace: { merchant, bytes, transaction in
        try await transaction.execute(
          "UPDATE merchants SET pan_sealed = \(bytes) WHERE merchant_id = \(merchant)")
      },
      count: { mark, transaction in
        try await transaction.query(
          """
          SELECT count(*) AS count FROM merchants
          WHERE pan_sealed IS NOT NULL AND substr(pan_sealed, 1, \(mark.count)) <> \(mark)
          """)[0].decode("count")
      })
  }
}
