internal import Accounts
internal import Buffers
internal import Domain
internal import Jobs
internal import Postgres
internal import ScratchPostgres
internal import Synchronization
import Testing
internal import VoiceAPI

@testable internal import Jobs
@testable internal import Webhooks

/// A database with a merchant, and a receiver that answers from a script.
struct WebhookScene {
  let pool: PostgresPool
  let merchant: MerchantID
  let receiver = Receiver()
  let seal: DataSeal
  let outgoing: Outgoing
  let deliverer: Deliverer

  static func make() async throws -> WebhookScene {
    let pool = try await ScratchPostgres.database(
      migrations: BaseMigrations.all + JobsMigrations.all + AccountsMigrations.all
        + DomainMigrations.all + WebhooksMigrations.all)
    return try await WebhookScene(pool: pool, merchant: addMerchant(pool))
  }

  static func addMerchant(_ pool: PostgresPool) async throws -> MerchantID {
    let id = MerchantID()
    try await pool.transaction(tenant: .system) {
      _ = try await $0.execute(
        """
        INSERT INTO merchants (merchant_id, name, email)
        VALUES (\(id.text), 'Shop', \(id.text.lowercased() + "@example.in"))
        """)
    }
    return id
  }

  private init(pool: PostgresPool, merchant: MerchantID) throws {
    self.pool = pool
    self.merchant = merchant
    seal = try DataSeal(key: [UInt8](repeating: 7, count: 32))
    outgoing = Outgoing(jobs: WebhookJobs.queue, seal: seal)
    let receiver = receiver
    deliverer = Deliverer(pool: pool, jobs: WebhookJobs.queue, seal: seal) {
      receiver.answer($0)
    }
  }

  func run<Value>(_ body: (Transaction) async throws -> Value) async throws -> Value {
    try await pool.transaction(tenant: .system) { try await body($0) }
  }

  func endpoint(_ types: [String] = [], secret: SigningSecret = SigningSecret()) async throws
    -> WebhookEndpointID
  {
    let id = WebhookEndpointID()
    _ = try await run {
      try await EndpointStore.insert(
        id, merchant: merchant, url: "https://shop.example.in/\(id.text)", eventTypes: types,
        isPaused: false, secret: try seal.seal(secret, of: id.text), $0)
    }
    return id
  }

  func append(
    _ type: EventType, subject: String = "call_1", onlyURL: String = "", _ transaction: Transaction
  ) async throws {
    try await EventOutbox.append(
      ProductEvent(type, merchant: merchant, subject: subject, onlyURL: onlyURL) {
        $0.key("call_id")
        $0.string(subject)
      }, transaction)
  }

  /// Relays what is in the outbox.
  func relay() async throws -> Int {
    try await run { try await outgoing.relay($0) }
  }

  /// One event of `type`, relayed.
  func happen(_ type: EventType = .callCompleted, subject: String = "call_1") async throws {
    try await run { try await append(type, subject: subject, $0) }
    #expect(try await relay() == 1)
  }

  /// Runs the deliveries that are due; how many there were.
  @discardableResult
  func deliver() async throws -> Int {
    let jobs = try await run {
      try await JobStore.claim(
        queue: WebhookJobs.queue.name, kinds: [Deliverer.jobKind], limit: 100,
        lease: .seconds(30), $0)
    }
    for job in jobs { try await deliverer.deliver(job) }
    return jobs.count
  }

  /// Lets time pass: moves every moment that counts back.
  func age(by seconds: Int64) async throws {
    let gone: Query = "make_interval(secs => \(Double(seconds)))"
    try await run { transaction in
      try await transaction.execute("UPDATE jobs SET run_at = run_at - \(gone)")
      try await transaction.execute(
        "UPDATE webhook_deliveries SET next_attempt_time = next_attempt_time - \(gone)")
      try await transaction.execute(
        """
        UPDATE webhook_endpoints SET failing_since = failing_since - \(gone),
          throttled_until = throttled_until - \(gone),
          old_secret_expire_time = old_secret_expire_time - \(gone)
        """)
      try await transaction.execute("UPDATE webhook_messages SET time = time - \(gone)")
    }
  }

  func log(_ endpoint: WebhookEndpointID) async throws -> [DeliveryLog.V1.WebhookDelivery] {
    try await run { try await DeliveryLog.page(of: endpoint, after: nil, limit: 50, $0) }
  }

  func record(_ endpoint: WebhookEndpointID) async throws -> EndpointRecord {
    try #require(try await run { try await EndpointStore.find(endpoint, $0) })
  }

  func setPaused(_ isPaused: Bool, _ endpoint: WebhookEndpointID) async throws {
    let current = try await record(endpoint)
    try await run { transaction in
      _ = try await EndpointStore.update(
        endpoint, url: current.url, eventTypes: current.eventTypes, isPaused: isPaused,
        over: current.revision, transaction)
      _ = try await outgoing.resume(endpoint, transaction)
    }
  }
}

/// Answers with the next of a script, and with 200 after its end; notes every request.
final class Receiver: Sendable {
  private struct State {
    var script: [WebhookAnswer] = []
    var requests: [WebhookRequest] = []
  }
  private let state = Mutex(State())

  func plan(_ answers: [WebhookAnswer]) { state.withLock { $0.script = answers } }

  func plan(_ status: Int, times: Int = 1) {
    plan(Array(repeating: WebhookAnswer(status: status), count: times))
  }

  var requests: [WebhookRequest] { state.withLock { $0.requests } }

  func answer(_ request: WebhookRequest) -> WebhookAnswer {
    state.withLock { state in
      state.requests.append(request)
      return state.script.isEmpty ? WebhookAnswer(status: 200) : state.script.removeFirst()
    }
  }
}
