internal import Audio
internal import Domain
internal import EventLoop
internal import Glibc
internal import Objects
internal import Postgres
internal import ScratchPostgres
internal import Speech
internal import Synchronization
import Testing

@testable internal import Calls
@testable internal import Conversation

/// An object in memory, in small pieces.
final class HeldObject: ObjectReader {
  private let rest: Mutex<ArraySlice<UInt8>>

  init(_ bytes: [UInt8]) { rest = Mutex(bytes[...]) }

  func next() async throws -> [UInt8]? {
    rest.withLock { rest in
      defer { rest = rest.dropFirst(1_000) }
      return rest.isEmpty ? nil : Array(rest.prefix(1_000))
    }
  }
}

/// An object store in memory that can be down, or silent.
final class MoodyStore: ObjectStore {
  enum Mood { case works, refuses, isSilent }

  private struct State {
    var mood = Mood.works
    var objects: [String: [UInt8]] = [:]
  }

  private let state = Mutex(State())
  private let silence = AsyncStream.makeStream(of: Void.self)

  var mood: Mood {
    get { state.withLock { $0.mood } }
    set { state.withLock { $0.mood = newValue } }
  }

  var keys: [String] { state.withLock { Array($0.objects.keys) } }

  /// Lets those who wait for a silent store go on.
  func speak() { silence.continuation.finish() }

  func put(_ source: some ObjectSource, key: ObjectKey) async throws {
    if mood == .isSilent { for await _ in silence.stream {} }
    guard mood == .works else { throw ObjectError(.unavailable, "the store is down") }
    let bytes = try source.read(0..<source.count)
    state.withLock { $0.objects[key.text] = bytes }
  }

  func open(_ key: ObjectKey) async throws -> any ObjectReader {
    guard let bytes = state.withLock({ $0.objects[key.text] }) else {
      throw ObjectError(.notFound, "there is no such object")
    }
    return HeldObject(bytes)
  }

  func delete(_ key: ObjectKey) async throws {
    guard mood == .works else { throw ObjectError(.unavailable, "the store is down") }
    state.withLock { $0.objects[key.text] = nil }
  }
}

/// A folder for spools, removed with all that is in it.
final class SpoolFolder: Sendable {
  let path: String

  init() throws {
    var template = Array("/tmp/payaid-calls-XXXXXX".utf8CString)
    path = String(cString: try #require(mkdtemp(&template)))
  }

  /// The names of its files.
  var files: [String] {
    get throws { try FolderNames.read(path).filter { !$0.hasPrefix(".") }.sorted() }
  }

  func write(_ text: String, to name: String) throws {
    let file = try #require(fopen("\(path)/\(name)", "w"))
    fwrite(Array(text.utf8), 1, text.utf8.count, file)
    fclose(file)
  }

  func read(_ name: String) throws -> [UInt8] {
    let file = try SpoolFile.open("\(path)/\(name)", forWriting: false)
    defer { file.close() }
    return try file.read(file.length(), at: 0)
  }

  deinit {
    for name in (try? files) ?? [] { unlink("\(path)/\(name)") }
    rmdir(path)
  }
}

/// Calls with all that brings them to their end.
struct EndingScene {
  let scene: Scene
  let store = MoodyStore()
  let folder: SpoolFolder
  let settings: CallSettings
  let recordings: Recordings
  /// Master keys; the first alone unless a test adds one.
  let ring: KeyRing
  var loop: EventLoop { ScratchPostgres.loops.loops[0] }

  static func make() async throws -> EndingScene {
    try await EndingScene(Scene.make(), SpoolFolder())
  }

  private init(_ scene: Scene, _ folder: SpoolFolder) {
    self.scene = scene
    self.folder = folder
    let key = [UInt8](repeating: 7, count: 32)
    ring = KeyRing(MasterKey(bytes: key))
    settings = CallSettings(
      owner: "test", streamBase: { "" }, callbackBase: { "" },
      streamTokenKeys: ring.keys("stream-tokens"),
      recordingMasterKeys: ring.keys("recordings"), spoolDirectory: folder.path)
    recordings = Recordings(store: store, settings: settings)
  }

  var finisher: CallFinisher {
    CallFinisher(pool: scene.pool, settings: settings, recordings: recordings)
  }

  /// A call in progress; with a finished spool if it is recorded.
  func talk(isRecorded: Bool = true) async throws -> CallRecord {
    let call = try await scene.insert(scene.call(in: .inProgress))
    if isRecorded {
      var writer = try SpoolWriter(try recordings.setup(for: call), rate: .telephone)
      let samples = [Int16](repeating: 1, count: 160)
      try writer.append([AudioSegment(channel: 0, position: 0, samples: samples)], time: 20)
      try writer.finish(time: 20)
    }
    return call
  }

  /// A call that was dialled 100 seconds ago, and made two hours ago.
  func dialed() async throws -> CallRecord {
    let call = try await scene.insert(scene.call())
    try await system { try await CallStore.move(call.id, to: .dialing, $0) }
    try await system {
      try await $0.execute(
        """
        UPDATE calls SET create_time = now() - interval '2 hours',
          dial_time = now() - interval '100 seconds', look_time = now() - interval '10 seconds'
        WHERE call_id = \(call.id.text)
        """)
    }
    return try await find(call.id)
  }

  /// The caller hung up, after 30 seconds of talk in which this was said.
  func hungUp(ago: Duration = .zero, transcript: [TranscriptEntry] = []) -> CallEnding {
    .reported(
      CallReport(
        reason: .callerHungUp,
        start: CarrierLegStart(carrierCallID: CarrierCallID(rawValue: "sid"), streamID: "stream"),
        duration: .seconds(30), transcript: transcript, latencies: [], worstIngress: .zero,
        usage: SpeechUsage(live: TokenUsage(prompt: 1_000, response: 100)),
        counters: CallCounters(), recording: nil),
      at: .readClock().advanced(by: .zero - ago))
  }

  @discardableResult
  func system<Value>(_ body: (Transaction) async throws -> Value) async throws -> Value {
    try await scene.pool.transaction(tenant: .system) { try await body($0) }
  }

  func find(_ id: CallID) async throws -> CallRecord {
    try #require(try await system { try await CallStore.find(id, $0) })
  }

  /// The WAV file of a call's recording; `nil` when the call has none.
  func recording(_ id: CallID) async throws -> [UInt8]? {
    guard let found = try await system({ try await CallMetadataStore.recording(of: id, $0) }) else {
      return nil
    }
    let sound = try await recordings.open(found.url, wrappedKey: found.wrappedKey)
    var wav: [UInt8] = []
    try await sound.send { wav += $0 }
    return wav
  }

  /// How often merchants are told of this.
  func news(_ type: EventType, of id: CallID) async throws -> Int {
    try await system {
      try await $0.query(
        "SELECT FROM event_outbox WHERE subject = \(id.text) AND type = \(type.rawValue)"
      ).count
    }
  }

  /// Waits until `isSo`.
  func until(_ isSo: () async throws -> Bool) async throws {
    while !(try await isSo()) { try await loop.sleep(for: .milliseconds(5)) }
  }
}
