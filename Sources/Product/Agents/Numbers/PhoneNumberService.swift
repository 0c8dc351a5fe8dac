package import Domain
package import Postgres
internal import Protobuf
package import RPCCore
package import Speech
package import VoiceAPI

/// Serves `payaid.voice.v1.PhoneNumberService`: what the carrier rents out, and who answers it.
package struct PhoneNumberService: Payaid.Voice.V1.PhoneNumberServiceServing {
  package typealias V1 = Payaid.Voice.V1

  let pool: PostgresPool
  let tokens: PageTokens
  let carrier: any CarrierNumbers
  private let agents: AgentCache

  package init(
    pool: PostgresPool, tokens: PageTokens, cache: AgentCache = AgentCache(),
    carrier: any CarrierNumbers
  ) {
    self.pool = pool
    self.tokens = tokens
    self.carrier = carrier
    agents = cache
  }

  package func listPhoneNumbers(
    _ request: V1.ListPhoneNumbersRequest, _ context: RPCContext
  ) async throws -> V1.ListPhoneNumbersResponse {
    let caller = try context.caller()
    let arguments = [caller.merchant.text, "phone-numbers"]
    let page = try await tokens.page(
      request.pageSize, request.pageToken, of: arguments, cursor: { $0.phoneNumber }
    ) { cursor, limit in
      try await pool.transaction(tenant: .merchant(caller.merchant.text)) {
        try await PhoneNumberStore.page(
          after: cursor, limit: limit, merchant: caller.merchant, $0)
      }.map(\.proto)
    }
    return .with {
      $0.phoneNumbers = page.entries
      $0.nextPageToken = page.next
    }
  }

  package func getPhoneNumber(
    _ request: V1.GetPhoneNumberRequest, _ context: RPCContext
  ) async throws -> V1.PhoneNumber {
    let caller = try context.caller()
    return try await pool.transaction(tenant: .merchant(caller.merchant.text)) {
      try await Self.existing(request.phoneNumber, $0).proto
    }
  }

  package func searchPhoneNumbers(
    _ request: V1.SearchPhoneNumbersRequest, _ context: RPCContext
  ) async throws -> V1.SearchPhoneNumbersResponse {
    _ = try context.caller()
    let search = try Self.search(request)
    let found = try await Self.asking { try await carrier.search(search) }
    return .with {
      $0.phoneNumbers = found.prefix(100).map { number in
        .with {
          $0.phoneNumber = number.number
          $0.type = LineType.proto(number.type ?? search.type)
          $0.region = number.region ?? ""
          $0.monthlyRent = number.rent?.money
        }
      }
    }
  }

  package func assignPhoneNumber(
    _ request: V1.AssignPhoneNumberRequest, _ context: RPCContext
  ) async throws -> V1.PhoneNumber {
    let caller = try context.caller()
    return try await write(caller) { transaction in
      try await Idempotency.once(
        transaction, caller, method: "AssignPhoneNumber", requestID: request.requestId,
        request: request
      ) {
        let row = try await Self.existing(request.phoneNumber, transaction)
        guard row.state == .active else {
          throw RPCError(.failedPrecondition, "the number is being bought or given back")
        }
        try await Self.assign(row.number, to: request.agentId, caller, transaction)
        return try await Self.existing(row.number, transaction).proto
      }
    }
  }

  private static func search(_ request: V1.SearchPhoneNumbersRequest) throws -> NumberSearch {
    var violations = FieldViolations()
    let type = LineType(request.type)
    violations.require(type != nil, "type", "must be LANDLINE, MOBILE or TOLL_FREE")
    violations.require(
      request.region.isEmpty
        || request.region.utf8.count == 2 && request.region.allSatisfy { ("A"..."Z").contains($0) },
      "region", "must be two capital letters, as in \"KA\"")
    violations.require(
      request.contains.utf8.count <= 10 && request.contains.allSatisfy { ("0"..."9").contains($0) },
      "contains", "must be at most ten digits")
    try violations.throwIfAny()
    return NumberSearch(
      type: type ?? .landline, region: request.region.isEmpty ? nil : request.region,
      contains: request.contains.isEmpty ? nil : request.contains)
  }

  static func existing(
    _ number: String, _ transaction: Transaction
  ) async throws -> PhoneNumberRow {
    guard let row = try await PhoneNumberStore.find(number, transaction) else {
      throw RPCError(.notFound, "there is no such number")
    }
    return row
  }

  /// Gives the number to the agent that `agentID` names, or to none when it is empty.
  static func assign(
    _ number: String, to agentID: String, _ caller: Caller, _ transaction: Transaction
  ) async throws {
    let agent = AgentID(agentID)
    if !agentID.isEmpty { _ = try await AgentService.existing(agentID, transaction) }
    var changed = try await PhoneNumberStore.take(number, fromAllBut: agent, transaction)
    if let agent, let given = try await PhoneNumberStore.give(number, to: agent, transaction) {
      changed.append(given)
    }
    for agent in changed {
      try await AgentNews.tell(.agentUpdated, of: agent, caller, transaction)
    }
  }

  /// Somebody has the number; who, is not told.
  static var notForSale: RPCError {
    RPCError(.failedPrecondition, "the number cannot be bought")
  }

  /// A transaction of the caller's. A number that another agent has is `alreadyExists` to an agent;
  /// one that another merchant's agent has is `failedPrecondition` to a purchase.
  func write<Result: Sendable>(
    _ caller: Caller, _ body: @escaping @Sendable (Transaction) async throws -> Result
  ) async throws -> Result {
    do {
      let result = try await pool.transaction(tenant: .merchant(caller.merchant.text), body)
      await agents.someChanged()
      return result
    } catch let error as PostgresError where error.isUniqueViolation("agents_phone_number") {
      throw RPCError(.alreadyExists, "another agent answers this number")
    } catch let error as PostgresError where error.isUniqueViolation("phone_numbers_agent_is_own") {
      throw Self.notForSale
    }
  }

  /// Asks the carrier; its refusals become errors of the API.
  static func asking<Result>(_ body: () async throws -> Result) async throws -> Result {
    do {
      return try await body()
    } catch let error as SpeechError {
      throw error.numbersError
    }
  }
}

extension SpeechError {
  /// What a caller is told when the carrier did not do as asked. Details stay in the log.
  var numbersError: RPCError {
    switch kind {
    case .transient:
      RPCError(.unavailable, "the carrier was not reached; try again", cause: self)
    case .outcomeUnknown:
      RPCError(
        .unavailable, "the carrier did not answer; ask again and it will be looked up", cause: self)
    case .quota:
      RPCError(
        .resourceExhausted, "the carrier's account has reached a limit or has no balance",
        cause: self)
    case .configuration:
      RPCError(
        .failedPrecondition,
        "the carrier's account may not do this: its credentials, region, plan or KYC", cause: self)
    case .permanent:
      RPCError(
        .failedPrecondition, "the carrier refused; the number may be gone by now", cause: self)
    }
  }
}
