internal import Domain
internal import Postgres
internal import Protobuf
internal import VoiceAPI

/// How much an erasure has erased.
struct ErasureCounts: Sendable, Equatable {
  var calls = 0
  var recordings = 0
  var consents = 0
  var suppressions = 0
  var auditPayloads = 0
  var messages = 0
  var answers = 0

  /// Each with its column.
  var columns: [(name: String, count: Int)] {
    [
      ("calls", calls), ("recordings", recordings), ("consents", consents),
      ("suppressions", suppressions), ("audit_payloads", auditPayloads), ("messages", messages),
      ("answers", answers),
    ]
  }

  /// As the API shows it.
  var proto: Payaid.Voice.V1.ErasureCounts {
    .with {
      $0.calls = Int64(calls)
      $0.recordings = Int64(recordings)
      $0.consents = Int64(consents)
      $0.suppressions = Int64(suppressions)
      $0.auditPayloads = Int64(auditPayloads)
      $0.messages = Int64(messages)
      $0.answers = Int64(answers)
    }
  }
}

extension ErasureCounts {
  init(_ row: Row) throws {
    self.init(
      calls: try row.decode("calls"), recordings: try row.decode("recordings"),
      consents: try row.decode("consents"), suppressions: try row.decode("suppressions"),
      auditPayloads: try row.decode("audit_payloads"), messages: try row.decode("messages"),
      answers: try row.decode("answers"))
  }
}

/// Calls of an erasure that one rule keeps.
struct KeptCalls: Sendable, Equatable {
  let rule: String
  let count: Int
  let until: Moment
}

/// An erasure as its row holds it.
struct ErasureRecord: Sendable {
  let id: ErasureID
  let merchant: MerchantID
  let numberDigest: [UInt8]
  /// `nil` when it is over.
  let numberSealed: [UInt8]?
  let reason: ErasureReason
  let isRecovery: Bool
  let holdUntil: Moment?
  let state: ErasureState
  let error: String
  let counts: ErasureCounts
  let createTime: Moment
  let startTime: Moment?
  let finishTime: Moment?

  var terms: KeepingTerms { KeepingTerms(isRecovery: isRecovery, holdUntil: holdUntil) }

  static let columns: Query = """
    erasure_id, merchant_id, number_digest, number_sealed, reason, is_recovery, hold_until, state,
    error, calls, recordings, consents, suppressions, audit_payloads, messages, answers, create_time,
    start_time, finish_time
    """

  init(_ row: Row) throws {
    guard let id = ErasureID(try row.decode("erasure_id", as: String.self)),
      let merchant = MerchantID(try row.decode("merchant_id", as: String.self)),
      let reason = ErasureReason(rawValue: try row.decode("reason")),
      let state = ErasureState(rawValue: try row.decode("state"))
    else { throw PostgresError(.invalidValue, "an erasure's row has values of another kind") }
    self.id = id
    self.merchant = merchant
    self.reason = reason
    self.state = state
    numberDigest = try row.decode("number_digest")
    numberSealed = try row.decode("number_sealed", as: [UInt8]?.self)
    isRecovery = try row.decode("is_recovery")
    holdUntil = try row.decode("hold_until", as: Moment?.self)
    error = try row.decode("error")
    counts = try ErasureCounts(row)
    createTime = try row.decode("create_time")
    startTime = try row.decode("start_time", as: Moment?.self)
    finishTime = try row.decode("finish_time", as: Moment?.self)
  }

  /// As the API shows it, with what is kept of it.
  func proto(_ kept: [KeptCalls]) -> Payaid.Voice.V1.Erasure {
    .with {
      $0.erasureId = id.text
      $0.state = state.proto
      $0.reason = reason.rawValue
      $0.createTime = createTime.timestamp
      $0.startTime = startTime?.timestamp
      $0.finishTime = finishTime?.timestamp
      $0.erased = counts.proto
      $0.kept = kept.map { kept in
        .with {
          $0.rule = kept.rule
          $0.source = KeepingRules.source(of: kept.rule)
          $0.calls = Int64(kept.count)
          $0.until = kept.until.timestamp
        }
      }
      $0.error = error
    }
  }
}

extension ErasureState {
  /// As the API names it.
  var proto: Payaid.Voice.V1.Erasure.State {
    switch self {
    case .pending: .pending
    case .running: .running
    case .done: .done
    case .failed: .failed
    }
  }
}
