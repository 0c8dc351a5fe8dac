import Domain
import Postgres
import Synchronization

/// Calls in memory, as the area of calls answers for them.
final class PretendCalls: CallErasing {
  struct Person: Hashable {
    let merchant: MerchantID
    let number: PhoneNumber
  }

  private struct State {
    var ended: [Person: [ErasableCall]] = [:]
    var open: [Person: Int] = [:]
    var held: [CallID: ErasableCall] = [:]
    var erased: [CallID] = []
    var deletions = 0
    var failsAfter = Int.max
  }

  struct Broken: Error {}

  private let state = Mutex(State())

  /// What was erased, in order.
  var erased: [CallID] { state.withLock { $0.erased } }
  var held: Set<CallID> { state.withLock { Set($0.held.keys) } }
  /// How often a recording was deleted.
  var deletions: Int { state.withLock { $0.deletions } }

  func left(of person: Person) -> Int { state.withLock { $0.ended[person]?.count ?? 0 } }

  @discardableResult
  func add(_ count: Int, of person: Person, ended time: Moment) -> [CallID] {
    let calls = (0..<count).map { _ -> ErasableCall in
      let id = CallID()
      return ErasableCall(id: id, endTime: time, recordingURL: "r/\(id)")
    }
    state.withLock { $0.ended[person, default: []] += calls }
    return calls.map(\.id)
  }

  func setOpen(_ count: Int, of person: Person) { state.withLock { $0.open[person] = count } }

  /// The deletion after so many fails, and every later one, until it is changed.
  func fail(after count: Int) { state.withLock { $0.failsAfter = count } }

  func ended(
    of number: PhoneNumber, _ merchant: MerchantID, limit: Int, _ transaction: Transaction
  ) async throws -> [ErasableCall] {
    let person = Person(merchant: merchant, number: number)
    return state.withLock { Array(($0.ended[person] ?? []).prefix(limit)) }
  }

  func calls(_ ids: [CallID], _ transaction: Transaction) async throws -> [ErasableCall] {
    state.withLock { state in ids.compactMap { state.held[$0] } }
  }

  func openCount(
    of number: PhoneNumber, _ merchant: MerchantID, _ transaction: Transaction
  ) async throws -> Int {
    state.withLock { $0.open[Person(merchant: merchant, number: number)] ?? 0 }
  }

  func deleteRecording(of call: ErasableCall) async throws {
    try state.withLock { state in
      guard state.deletions < state.failsAfter else { throw Broken() }
      state.deletions += 1
    }
  }

  func erase(
    _ calls: [ErasableCall], _ transaction: Transaction
  ) async throws -> [ErasableCall] {
    let ids = Set(calls.map(\.id))
    return state.withLock { state in
      for person in state.ended.keys {
        state.ended[person]?.removeAll { ids.contains($0.id) }
      }
      for id in ids { state.held[id] = nil }
      state.erased += calls.map(\.id)
      return calls
    }
  }

  func hold(_ call: CallID, until moment: Moment, _ transaction: Transaction) async throws {
    state.withLock { state in
      for person in state.ended.keys {
        guard let found = state.ended[person]?.first(where: { $0.id == call }) else { continue }
        state.held[call] = found
        state.ended[person]?.removeAll { $0.id == call }
      }
    }
  }
}

/// Nobody was told anything.
struct NoMessages: MessageErasing {
  func erase(
    about subjects: [String], of merchant: MerchantID, _ transaction: Transaction
  ) async throws -> Int { 0 }
}
