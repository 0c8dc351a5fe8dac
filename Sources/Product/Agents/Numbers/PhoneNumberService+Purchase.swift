internal import Domain
internal import Postgres
internal import Protobuf
package import RPCCore
internal import Speech
package import VoiceAPI

/// Buying and giving back: the intention is committed before the carrier is asked, so that a crash or
/// an unclear answer is followed by a look-up and never by a second purchase.
extension PhoneNumberService {
  package func buyPhoneNumber(
    _ request: V1.BuyPhoneNumberRequest, _ context: RPCContext
  ) async throws -> V1.PhoneNumber {
    let caller = try context.caller()
    try Self.check(request)
    let (row, wasOrdered) = try await reserve(request, caller)
    if row.state != .buying {
      // Asked again: the agent gets the number if it did not the first time, and is still there.
      do {
        return try await assigned(row, request, caller)
      } catch let error as RPCError where error.code == .notFound {
        return row.proto
      }
    }
    let bought = try await order(row, wasOrdered: wasOrdered, caller)
    // Another request for the same number may have come first; the row then says all there is.
    // Committed before anything else can fail, since the number is paid for.
    try await write(caller) { _ = try await PhoneNumberStore.activate(bought, $0) }
    return try await assigned(row, request, caller)
  }

  /// The number as it is once the agent that was asked for has it, unless another has it by now.
  private func assigned(
    _ row: PhoneNumberRow, _ request: V1.BuyPhoneNumberRequest, _ caller: Caller
  ) async throws -> V1.PhoneNumber {
    try await write(caller) { transaction in
      let found = try await Self.existing(row.number, transaction)
      guard found.state == .active, found.proto.agentId.isEmpty, !request.agentId.isEmpty else {
        return found.proto
      }
      try await Self.assign(row.number, to: request.agentId, caller, transaction)
      return try await Self.existing(row.number, transaction).proto
    }
  }

  package func releasePhoneNumber(
    _ request: V1.ReleasePhoneNumberRequest, _ context: RPCContext
  ) async throws -> V1.PhoneNumber {
    let caller = try context.caller()
    let (answer, row) = try await write(caller) { transaction in
      let answer = try await Idempotency.once(
        transaction, caller, method: "ReleasePhoneNumber", requestID: request.requestId,
        request: request
      ) {
        let row = try await Self.existing(request.phoneNumber, transaction)
        guard row.state != .buying else {
          throw RPCError(.failedPrecondition, "the number is being bought")
        }
        try await Self.assign(row.number, to: "", caller, transaction)
        try await PhoneNumberStore.move(row.number, to: .releasing, transaction)
        var answer = row.proto
        answer.agentId = ""
        answer.state = .released
        return answer
      }
      return (answer, try await PhoneNumberStore.find(request.phoneNumber, transaction))
    }
    if let row, row.state == .releasing, let id = row.carrierID {
      try await giveBack(row.number, id, request.requestId, caller)
    }
    return answer
  }

  private static func check(_ request: V1.BuyPhoneNumberRequest) throws {
    var violations = FieldViolations()
    violations.require(
      Domain.PhoneNumber(request.phoneNumber) != nil, "phoneNumber", "must be +91 and ten digits")
    let length = request.displayName.codePointCount
    violations.require(
      length <= 100, "displayName", "has \(length) characters; the limit is 100")
    violations.require(
      request.agentId.isEmpty || AgentID(request.agentId) != nil, "agentId",
      "must be the id of an agent")
    try violations.throwIfAny()
  }

  /// The number's row, and whether it was ordered before and nobody knows what came of it.
  private func reserve(
    _ request: V1.BuyPhoneNumberRequest, _ caller: Caller
  ) async throws -> (row: PhoneNumberRow, wasOrdered: Bool) {
    try await write(caller) { transaction in
      var isRepeated = true
      _ = try await Idempotency.once(
        transaction, caller, method: "BuyPhoneNumber", requestID: request.requestId,
        request: request
      ) {
        isRepeated = false
        if !request.agentId.isEmpty {
          _ = try await AgentService.existing(request.agentId, transaction)
        }
        return V1.PhoneNumber.with { $0.phoneNumber = request.phoneNumber }
      }
      if let row = try await PhoneNumberStore.find(request.phoneNumber, transaction) {
        guard row.state == .buying || isRepeated else {
          throw RPCError(.alreadyExists, "the number is yours already")
        }
        return (row, true)
      }
      let new = try await PhoneNumberStore.reserve(
        request.phoneNumber, displayName: request.displayName, merchant: caller.merchant,
        transaction)
      guard let new else { throw Self.notForSale }
      return (new, false)
    }
  }

  /// Buys the number, or finds that it was bought. A refusal forgets the order.
  private func order(
    _ row: PhoneNumberRow, wasOrdered: Bool, _ caller: Caller
  ) async throws -> CarrierNumber {
    if wasOrdered, let found = try await Self.asking({ try await carrier.find(row.number) }) {
      return found
    }
    do {
      return try await carrier.buy(row.number, name: row.displayName)
    } catch let error as SpeechError {
      if error.kind == .outcomeUnknown { throw error.numbersError }
      // The earlier order may have come through while this one was refused.
      if wasOrdered, let found = try await Self.asking({ try await carrier.find(row.number) }) {
        return found
      }
      try await write(caller) { try await PhoneNumberStore.delete(row.number, $0) }
      throw error.numbersError
    }
  }

  private func giveBack(
    _ number: String, _ id: String, _ requestID: String, _ caller: Caller
  ) async throws {
    do {
      try await carrier.release(id)
    } catch let error as SpeechError {
      if error.kind != .outcomeUnknown {
        try await write(caller) { transaction in
          try await PhoneNumberStore.move(number, to: .active, transaction)
          try await Idempotency.forget(
            transaction, caller, method: "ReleasePhoneNumber", requestID: requestID)
        }
      }
      throw error.numbersError
    }
    try await write(caller) { try await PhoneNumberStore.delete(number, $0) }
  }
}
