internal import Domain
internal import Postgres
internal import Protobuf
internal import Speech
internal import VoiceAPI

/// A rented number as its row holds it.
struct PhoneNumberRow: Sendable {
  /// Where the number stands; the words are the column's.
  enum State: String, Sendable, PostgresEncodable, PostgresDecodable {
    case buying, active, releasing
  }

  let number: String
  let state: State
  /// The carrier's name for it; `nil` while it is being bought.
  let carrierID: String?
  /// The agent that has it; empty when there is none.
  let agentID: String
  let displayName: String
  let type: LineType?
  let region: String
  let monthlyRent: Rupees?
  let createTime: Moment

  init(_ row: Row) throws {
    number = try row.decode("phone_number")
    state = try row.decode("state")
    carrierID = try row.decode("carrier_id", as: String?.self)
    agentID = try row.decode("agent_id", as: String?.self) ?? ""
    displayName = try row.decode("display_name")
    type = try row.decode("line_type", as: String?.self).flatMap(LineType.init)
    region = try row.decode("region")
    monthlyRent = try row.decode("monthly_rent", as: Int64?.self).map(Rupees.init(micros:))
    createTime = try row.decode("create_time")
  }

  /// As the API shows it.
  var proto: Payaid.Voice.V1.PhoneNumber {
    .with {
      $0.phoneNumber = number
      $0.agentId = agentID
      $0.displayName = displayName
      $0.type = LineType.proto(type)
      $0.region = region
      $0.monthlyRent = monthlyRent?.money
      $0.createTime = createTime.timestamp
      switch state {
      case .buying: $0.state = .buying
      case .active: $0.state = .active
      case .releasing: $0.state = .releasing
      }
    }
  }
}

extension LineType {
  /// The API's word; unspecified for `nil`.
  static func proto(_ type: LineType?) -> Payaid.Voice.V1.PhoneNumberType {
    switch type {
    case .landline: .landline
    case .mobile: .mobile
    case .tollFree: .tollFree
    case nil: .unspecified
    }
  }

  /// What a request's word means: a fixed line when it says nothing.
  init?(_ type: Payaid.Voice.V1.PhoneNumberType) {
    switch type {
    case .unspecified, .landline: self = .landline
    case .mobile: self = .mobile
    case .tollFree: self = .tollFree
    case .unrecognized: return nil
    }
  }
}

extension CarrierNumber {
  /// The rent in millionths of a rupee; `nil` when the carrier named none that can be read.
  var rent: Rupees? {
    guard let parts = monthlyRent?.split(separator: ".", omittingEmptySubsequences: false),
      (1...2).contains(parts.count), let whole = Int64(parts[0]), (0...1_000_000).contains(whole)
    else { return nil }
    let digits = parts.count == 2 ? parts[1].prefix(6) : ""
    guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    let padded = digits + String(repeating: "0", count: 6 - digits.count)
    return Rupees(micros: whole * 1_000_000 + (Int64(padded) ?? 0))
  }
}
