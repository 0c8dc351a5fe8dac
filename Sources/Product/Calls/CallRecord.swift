package import Domain
internal import Postgres
internal import Protobuf
package import VoiceAPI

/// A call as its row holds it.
package struct CallRecord: Sendable {
  package var id: CallID
  package var merchant: MerchantID
  package var agent: AgentID
  /// `nil` for a talk with a draft.
  package var agentVersion: Int32?
  package var direction: Direction
  package var phoneNumber: PhoneNumber?
  package var callerID: PhoneNumber?
  package var language: String
  package var state: CallState
  package var endReason: String
  package var revision: Int64
  package var decisionID: String
  package var carrierID: String?
  package var createTime: Moment
  /// When the carrier was first asked to place it; `nil` for a call that came in, and for a talk.
  package var dialTime: Moment?
  package var answerTime: Moment?
  package var endTime: Moment?
  package var duration: Duration
  package var costTelephony: Rupees
  package var costModel: Rupees
  package var costSettled: Bool

  /// Who called whom.
  package enum Direction: String, Sendable, PostgresEncodable, PostgresDecodable {
    case outbound, inbound, live

    var proto: Payaid.Voice.V1.Call.Direction {
      switch self {
      case .outbound: .outbound
      case .inbound: .inbound
      case .live: .live
      }
    }
  }

  /// The columns that `init(_:)` reads.
  static let columns: Query = """
    calls.call_id, calls.merchant_id, calls.agent_id, calls.agent_version, calls.direction,
    calls.phone_number, calls.caller_id, calls.language, calls.state, calls.end_reason, calls.revision,
    calls.decision_id, calls.carrier_id, calls.create_time, calls.answer_time, calls.end_time,
    calls.duration_us, calls.cost_telephony, calls.cost_model, calls.cost_settled,
    calls.dial_time
    """

  init(_ row: Row) throws {
    guard let id = CallID(try row.decode("call_id", as: String.self)),
      let merchant = MerchantID(try row.decode("merchant_id", as: String.self)),
      let agent = AgentID(try row.decode("agent_id", as: String.self))
    else { throw PostgresError(.invalidValue, "a call's row has an id of another kind") }
    self.id = id
    self.merchant = merchant
    self.agent = agent
    agentVersion = try row.decode("agent_version", as: Int32?.self)
    direction = try row.decode("direction")
    phoneNumber = try row.decode("phone_number", as: String?.self).flatMap(PhoneNumber.init)
    callerID = try row.decode("caller_id", as: String?.self).flatMap(PhoneNumber.init)
    language = try row.decode("language")
    state = try row.decode("state")
    endReason = try row.decode("end_reason")
    revision = try row.decode("revision")
    decisionID = try row.decode("decision_id", as: String?.self) ?? ""
    carrierID = try row.decode("carrier_id", as: String?.self)
    createTime = try row.decode("create_time")
    dialTime = try row.decode("dial_time", as: Moment?.self)
    answerTime = try row.decode("answer_time", as: Moment?.self)
    endTime = try row.decode("end_time", as: Moment?.self)
    duration = .microseconds(try row.decode("duration_us", as: Int64.self))
    costTelephony = Rupees(micros: try row.decode("cost_telephony"))
    costModel = Rupees(micros: try row.decode("cost_model"))
    costSettled = try row.decode("cost_settled")
  }

  /// From when on the carrier may know of it, less a minute for clocks that differ; seconds since
  /// 1970.
  var carrierKnowsSince: Int64 { (dialTime ?? createTime).seconds - 60 }

  /// As the API shows it, without what lies in `call_metadata`.
  package var proto: Payaid.Voice.V1.Call {
    .with {
      $0.callId = id.text
      $0.agentId = agent.text
      $0.agentVersion = agentVersion ?? 0
      $0.phoneNumber = phoneNumber?.e164 ?? ""
      $0.callerId = callerID?.e164 ?? ""
      $0.state = state.proto
      $0.direction = direction.proto
      $0.endReason = endReason
      $0.language = language
      $0.createTime = createTime.timestamp
      $0.answerTime = answerTime?.timestamp
      $0.endTime = endTime?.timestamp
      $0.duration = answerTime == nil ? nil : duration.protobuf
      $0.cost = cost
      $0.decisionId = decisionID
      $0.etag = Etag.text(revision: revision)
    }
  }

  private var cost: Payaid.Voice.V1.CallCost {
    .with {
      $0.telephony = costTelephony.money
      $0.model = costModel.money
      $0.total = (costTelephony + costModel).money
      $0.settled = costSettled
    }
  }
}
