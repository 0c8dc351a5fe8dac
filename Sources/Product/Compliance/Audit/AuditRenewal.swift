internal import Buffers
package import Domain
package import Jobs
package import Postgres

/// An operator's request that a merchant's audit log ends and another begins: under another
/// key, or behind a loss.
package struct AuditRenewal: JobPayload, Equatable {
  package static let jobKind = "audit.renew"
  /// The queue of such requests.
  package static let queue = Retention.queue

  package let merchant: MerchantID
  /// The epoch that was current when this was asked for, so that asking twice begins one.
  package let after: Int64
  /// The newest master key then: the other log is under it, or a newer one.
  package let key: Int64
  /// Whether a log may be left behind that does not continue what was signed of it.
  package let acceptsLoss: Bool
  /// Who asks: an address.
  package let by: String
  package let reason: String

  package init(
    of merchant: MerchantID, after epoch: Int64, key: Int64, acceptsLoss: Bool, by: String,
    reason: String
  ) {
    self.merchant = merchant
    after = epoch
    self.key = key
    self.acceptsLoss = acceptsLoss
    self.by = by
    self.reason = reason
  }

  package var jobPayload: [UInt8] {
    let members: JSONValue = [
      "accepts_loss": .bool(acceptsLoss), "after": .string("\(after)"), "by": .string(by),
      "key": .string("\(key)"), "merchant": .string(merchant.text), "reason": .string(reason),
    ]
    return members.serialized()
  }

  package init(jobPayload: [UInt8]) throws {
    guard let object = (try? JSONValue(parsing: jobPayload))?.objectValue,
      let merchant = object["merchant"]?.stringValue.flatMap({ MerchantID($0) }),
      let after = object["after"]?.stringValue.flatMap({ Int64($0) }), after >= 1,
      let key = object["key"]?.stringValue.flatMap({ Int64($0) }), key >= 1,
      case .bool(let acceptsLoss)? = object["accepts_loss"],
      let by = object["by"]?.stringValue, let reason = object["reason"]?.stringValue
    else { throw JobError(.badPayload, "the payload is no request for another audit log") }
    self.init(
      of: merchant, after: after, key: key, acceptsLoss: acceptsLoss, by: by, reason: reason)
  }
}

extension AuditRenewal {
  /// The current epoch of a merchant that has a log, or of all.
  package static func logs(
    of merchant: MerchantID?, _ transaction: Transaction
  ) async throws -> [(MerchantID, epoch: Int64)] {
    try await AuditEpochStore.logs(of: merchant, transaction)
  }
}
