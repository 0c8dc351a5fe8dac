internal import Buffers
internal import Domain
internal import Postgres
internal import Protobuf
import Testing
internal import VoiceAPI

@testable internal import Jobs
@testable internal import Webhooks

@Suite struct OutboxTests {
  private struct Stop: Error {}

  /// As long as the outbox takes, and beyond what the index of endpoints does: its code points have
  /// three bytes and no pattern that compression finds.
  private static let endlessURL: String = {
    var number: UInt32 = 1
    var url = "https://shop.example.in/"
    for _ in 0..<2_000 {
      number = number &* 1_664_525 &+ 1_013_904_223
      url.unicodeScalars.append(Unicode.Scalar(0x4E00 + (number >> 16) % 20_000) ?? "x")
    }
    return url
  }()

  @Test func `an event that cannot be relayed is set aside, and holds no other up`() async throws {
    let scene = try await WebhookScene.make()
    let endpoint = try await scene.endpoint()
    try await scene.run { transaction in
      try await scene.append(.callQueued, transaction)
      try await scene.append(.callAnswered, onlyURL: Self.endlessURL, transaction)
      try await scene.append(.callCompleted, transaction)
    }
    #expect(try await scene.relay() == 3)
    let told = try await scene.log(endpoint).map(\.eventType)
    #expect(told.sorted() == ["call.completed", "call.queued"])
    #expect(try await scene.deliver() == 2)
    let faults = try await scene.run { transaction in
      try await transaction.query("SELECT type || ' ' || fault AS fault FROM event_outbox").map {
        try $0.decode("fault", as: String.self)
      }
    }
    #expect(faults == ["call.answered 54000"])
    #expect(try await scene.relay() == 0)
    try await scene.happen(.callFailed)
    #expect(try await scene.log(endpoint).count == 3)
    #expect(
      try await scene.run {
        try await Outgoing.forgetSetAside(olderThan: .seconds(86_400), $0)
      } == 0)
    #expect(try await scene.run { try await Outgoing.forgetSetAside(olderThan: .zero, $0) } == 1)
    await scene.pool.close()
  }

  @Test func `an event exists exactly when its cause does`() async throws {
    let scene = try await WebhookScene.make()
    _ = try await scene.endpoint()
    await #expect(throws: Stop.self) {
      try await scene.run { transaction in
        try await scene.append(.callQueued, transaction)
        throw Stop()
      }
    }
    #expect(try await scene.relay() == 0)
    try await scene.run { try await scene.append(.callQueued, $0) }
    #expect(try await scene.relay() == 1)
    #expect(try await scene.relay() == 0)
    await scene.pool.close()
  }

  @Test func `a subject's events are numbered without gaps, also when they come at a time`()
    async throws
  {
    let scene = try await WebhookScene.make()
    let endpoint = try await scene.endpoint()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<20 {
        group.addTask {
          try await scene.run {
            try await scene.append(.callQueued, subject: "call_\(number % 2)", $0)
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try await scene.relay() == 20)
    var numbers: [String: [Int64]] = [:]
    for delivery in try await scene.log(endpoint).reversed() {
      let data = try #require(try JSONValue(parsing: Array(delivery.request.utf8))["data"])
      let subject = try #require(data["call_id"]?.stringValue)
      numbers[subject, default: []].append(try #require(data["sequence"]?.int64Value))
    }
    #expect(numbers["call_0"]?.sorted() == Array(1...10))
    #expect(numbers["call_1"]?.sorted() == Array(1...10))
    await scene.pool.close()
  }

  @Test func `an event goes to the endpoints that want it, of its merchant`() async throws {
    let scene = try await WebhookScene.make()
    let all = try await scene.endpoint()
    let some = try await scene.endpoint(["call.completed", "agent.updated"])
    let other = try await scene.endpoint(["agent.updated"])
    let stranger = try await WebhookScene.addMerchant(scene.pool)
    let foreign = WebhookEndpointID()
    _ = try await scene.run {
      try await EndpointStore.insert(
        foreign, merchant: stranger, url: "https://rival.example.in/", eventTypes: [],
        isPaused: false, secret: try scene.seal.seal(SigningSecret(), of: foreign.text), $0)
    }
    try await scene.happen()
    #expect(try await scene.log(all).count == 1)
    #expect(try await scene.log(some).count == 1)
    #expect(try await scene.log(other).isEmpty)
    #expect(try await scene.log(foreign).isEmpty)
    let seen = try await scene.pool.transaction(tenant: .merchant(stranger.text)) {
      try await $0.query("SELECT 1 AS one FROM webhook_messages").count
    }
    #expect(seen == 0)
    await scene.pool.close()
  }

  @Test func `a call's own URL gets the call's events alone, and nothing else`() async throws {
    let scene = try await WebhookScene.make()
    let general = try await scene.endpoint()
    let url = "https://shop.example.in/one-call"
    for _ in 0..<2 {
      try await scene.run { try await scene.append(.callQueued, onlyURL: url, $0) }
      #expect(try await scene.relay() == 1)
    }
    try await scene.happen()
    #expect(try await scene.log(general).count == 1)
    try await scene.deliver()
    #expect(scene.receiver.requests.count { $0.url == url } == 2)
    #expect(scene.receiver.requests.count == 3)
    await scene.pool.close()
  }
}

@Suite struct DeliveryTests {
  private static let time = Moment(seconds: 1_700_000_000)

  @Test func `a body is type, time and data, with what all events have`() throws {
    let body = OutboxEvent.body(
      type: "call.completed", time: Self.time, merchant: "mer_1", sequence: 3,
      data: Array(#"{"call_id":"call_1"}"#.utf8))
    #expect(
      String(decoding: body, as: UTF8.self)
        == #"{"type":"call.completed","timestamp":"2023-11-14T22:13:20.000000Z","data":{"call_id":"#
        + #""call_1","merchant_id":"mer_1","sequence":3,"api_version":"v1"}}"#)
    let bare = OutboxEvent.body(
      type: "x", time: Self.time, merchant: "m", sequence: 1, data: Array("{}".utf8))
    #expect(String(decoding: bare, as: UTF8.self).contains(#""data":{"merchant_id":"m""#))
  }

  @Test func `a success is signed, logged and over`() async throws {
    let scene = try await WebhookScene.make()
    let secret = SigningSecret()
    let endpoint = try await scene.endpoint(secret: secret)
    scene.receiver.plan([WebhookAnswer(status: 204, response: Array("thanks".utf8))])
    try await scene.happen()
    #expect(try await scene.deliver() == 1)
    let request = try #require(scene.receiver.requests.first)
    #expect(
      request.signatures
        == secret.sign(id: request.id, timestamp: request.timestamp, body: request.body))
    let entry = try #require(try await scene.log(endpoint).first)
    #expect(entry.state == .delivered && entry.attempts == 1 && entry.lastStatus == 204)
    #expect(entry.eventId == request.id && entry.lastResponse == "thanks")
    #expect(entry.request == String(decoding: request.body, as: UTF8.self))
    #expect(entry.nextAttemptTime == nil && entry.attemptLog.count == 1)
    #expect(try await scene.deliver() == 0)
    await scene.pool.close()
  }

  @Test func `a failing endpoint gets ten attempts in 76 hours, the same bytes under one id`()
    async throws
  {
    let scene = try await WebhookScene.make()
    let endpoint = try await scene.endpoint()
    scene.receiver.plan(500, times: 10)
    try await scene.happen()
    var hours = 0.0
    for pause in DeliveryPlan.pauses {
      let longest = Int64(Double(pause) * 1.2) + 1
      if pause > 0 { #expect(try await scene.deliver() == 0) }
      try await scene.age(by: longest)
      hours += Double(pause) / 3_600
      #expect(try await scene.deliver() == 1)
    }
    #expect((75.5...75.7).contains(hours))
    let entry = try #require(try await scene.log(endpoint).first)
    #expect(entry.state == .exhausted && entry.attempts == 10)
    #expect(entry.attemptLog.map(\.number) == Array(1...10))
    let sent = scene.receiver.requests
    #expect(Set(sent.map(\.id)).count == 1 && Set(sent.map(\.body)).count == 1)
    #expect(try await scene.record(endpoint).failingSince != nil)
    await scene.pool.close()
  }

  @Test func `a replay begins the schedule anew, and a success forgives`() async throws {
    let scene = try await WebhookScene.make()
    let endpoint = try await scene.endpoint()
    scene.receiver.plan(500)
    try await scene.happen()
    try await scene.deliver()
    let id = try #require(WebhookDeliveryID(try await scene.log(endpoint)[0].deliveryId))
    try await scene.run { transaction in
      #expect(try await DeliveryStore.replay(id, at: endpoint, transaction))
      try await scene.outgoing.jobs.hasten(
        kind: Deliverer.jobKind, key: id.text, transaction)
      #expect(try await !DeliveryStore.replay(id, at: WebhookEndpointID(), transaction))
    }
    #expect(try await scene.deliver() == 1)
    let entry = try await scene.log(endpoint)[0]
    #expect(entry.state == .delivered && entry.attempts == 2)
    #expect(entry.attemptLog.map(\.status) == [500, 200])
    #expect(try await scene.record(endpoint).failingSince == nil)
    await scene.pool.close()
  }

  @Test func `410 pauses; events wait, tests go out, and all goes on when it is active again`()
    async throws
  {
    let scene = try await WebhookScene.make()
    let endpoint = try await scene.endpoint()
    let witness = try await scene.endpoint(["webhook.paused"])
    scene.receiver.plan(410)
    try await scene.happen()
    try await scene.deliver()
    #expect(try await scene.record(endpoint).pauseReason == "gone")
    try await scene.run { try await scene.append(.callQueued, $0) }
    #expect(try await scene.relay() == 2)
    #expect(try await scene.log(witness).map(\.eventType) == ["webhook.paused"])
    try await scene.deliver()
    let waiting = try await scene.log(endpoint).filter { $0.state == .pending }
    #expect(waiting.count >= 2 && waiting.allSatisfy { $0.nextAttemptTime == nil })
    try await scene.setPaused(false, endpoint)
    #expect(try await scene.deliver() == waiting.count)
    #expect(try await scene.log(endpoint).allSatisfy { $0.state == .delivered })
    await scene.pool.close()
  }

  @Test func `five days of nothing but failures pause`() async throws {
    let scene = try await WebhookScene.make()
    let endpoint = try await scene.endpoint()
    scene.receiver.plan(500, times: 2)
    try await scene.happen()
    try await scene.deliver()
    try await scene.age(by: 5 * 86_400)
    try await scene.deliver()
    let record = try await scene.record(endpoint)
    #expect(!record.isActive && record.pauseReason == "failing")
    await scene.pool.close()
  }

  @Test func `an endpoint that asks for rest is left alone by all its deliveries`() async throws {
    let scene = try await WebhookScene.make()
    let endpoint = try await scene.endpoint()
    scene.receiver.plan([WebhookAnswer(status: 429, retryAfter: .seconds(600))])
    try await scene.happen()
    try await scene.deliver()
    try await scene.happen(.callQueued)
    #expect(try await scene.deliver() == 1)
    #expect(scene.receiver.requests.count == 1)
    try await scene.age(by: 601)
    #expect(try await scene.deliver() == 2)
    #expect(try await scene.log(endpoint).allSatisfy { $0.state == .delivered })
    await scene.pool.close()
  }

  @Test func `for a day both secrets sign, the newest first`() async throws {
    let scene = try await WebhookScene.make()
    let (old, new) = (SigningSecret(), SigningSecret())
    let endpoint = try await scene.endpoint(secret: old)
    let sealed = try scene.seal.seal(new, of: endpoint.text)
    _ = try await scene.run {
      try await EndpointStore.rotate(endpoint, to: sealed, overlap: .seconds(86_400), $0)
    }
    try await scene.happen()
    try await scene.deliver()
    try await scene.age(by: 86_401)
    try await scene.happen(.callQueued)
    try await scene.deliver()
    let sent = scene.receiver.requests
    let signed = sent.map { request in
      [new, old].map { $0.sign(id: request.id, timestamp: request.timestamp, body: request.body) }
    }
    #expect(sent[0].signatures == signed[0].joined(separator: " "))
    #expect(sent[1].signatures == signed[1][0])
    await scene.pool.close()
  }

  @Test func `an attempt whose worker lost the job is the other worker's to record`() async throws {
    let scene = try await WebhookScene.make()
    let endpoint = try await scene.endpoint()
    try await scene.happen()
    let job = try await scene.run {
      try await JobStore.claim(
        queue: WebhookJobs.queue.name, kinds: [Deliverer.jobKind], limit: 1, lease: .seconds(30),
        $0)
    }[0]
    try await scene.run {
      _ = try await $0.execute("UPDATE jobs SET lease_id = lease_id - 1")
    }
    let error = await #expect(throws: JobError.self) { try await scene.deliverer.deliver(job) }
    #expect(error?.kind == .leaseLost)
    #expect(try await scene.log(endpoint).map(\.attempts) == [0])
    await scene.pool.close()
  }

  @Test func `deleting an endpoint drops what waits for it, and age what is old`() async throws {
    let scene = try await WebhookScene.make()
    let endpoint = try await scene.endpoint()
    try await scene.happen()
    #expect(try await scene.run { try await EndpointStore.delete(endpoint, $0) })
    #expect(try await scene.deliver() == 1)
    #expect(scene.receiver.requests.isEmpty)
    try await scene.age(by: 100)
    let deleted = try await scene.run {
      try await DeliveryStore.forgetMessages(olderThan: .seconds(99), $0)
    }
    #expect(deleted == 1)
    await scene.pool.close()
  }
}
