internal import Buffers
internal import Domain
internal import Postgres
internal import Speech
import Testing
internal import VoiceAPI

@testable internal import Calls

@Suite struct ToolJournalTests {
  private func execution(_ id: String) -> ToolJournal.Execution {
    ToolCaller.execution(
      ToolCall(id: id, name: "pay", arguments: [:]), .output(["paid": true]), took: .zero)
  }

  private func journaled(_ id: CallID, _ ending: EndingScene) async throws -> [String] {
    try await ending.system { transaction in
      var call = Payaid.Voice.V1.Call()
      try await CallMetadataStore.fill(&call, id, transaction)
      return call.toolExecutions.map(\.toolCallId)
    }
  }

  @Test func `an answer does not wait for a slow database, and is journaled later`() async throws {
    let ending = try await EndingScene.make()
    let call = try await ending.talk(isRecorded: false)
    let journal = ToolJournal(call: call, pool: ending.scene.pool)
    try await ending.system {
      try await $0.execute(
        "SELECT FROM call_metadata WHERE call_id = \(call.id.text) FOR UPDATE")
      await journal.write(execution("f1"), within: .milliseconds(20), on: ending.loop)
      #expect(await journal.unwritten.map(\.toolCallId) == ["f1"])
    }
    try await ending.until { await journal.unwritten.isEmpty }
    await journal.write(execution("f2"), within: .seconds(60), on: ending.loop)
    #expect(await journal.unwritten.isEmpty)
    #expect(try await journaled(call.id, ending) == ["f1", "f2"])
    await ending.scene.pool.close()
  }

  @Test func `what could not be journaled is written with the call's end, once`() async throws {
    let ending = try await EndingScene.make()
    let call = try await ending.talk(isRecorded: false)
    let journal = ToolJournal(call: call, pool: ending.scene.pool)
    await journal.write(execution("f1"), within: .seconds(60), on: ending.loop)
    var finisher = ending.finisher
    finisher.executions = [execution("f1"), execution("f2")]
    for _ in 0..<2 { await finisher.finish(call, ending.hungUp(), on: ending.loop) }
    #expect(try await ending.find(call.id).state == .completed)
    #expect(try await journaled(call.id, ending) == ["f1", "f2"])
    await ending.scene.pool.close()
  }

  @Test func `an erased call gets no entry any more, and ends all the same`() async throws {
    let ending = try await EndingScene.make()
    let call = try await ending.talk(isRecorded: false)
    try await ending.system {
      try await $0.execute(
        "UPDATE call_metadata SET erase_time = now() WHERE call_id = \(call.id.text)")
      try await CallMetadataStore.add(execution("f1"), to: call.id, $0)
    }
    #expect(try await journaled(call.id, ending) == [])
    await ending.scene.pool.close()
  }
}
