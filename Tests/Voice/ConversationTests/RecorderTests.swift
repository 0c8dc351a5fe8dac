import Audio
import EventLoop
import Glibc
import TLS
import Testing

@testable import Conversation

/// A folder of its own for each test, removed at its end.
final class ScratchFolder {
  let path: String

  init() {
    path =
      "/tmp/payaid-recorder-\(Digest.sha1(RandomBytes.generate(16)).prefix(8).map { String($0) }.joined())"
    mkdir(path, 0o700)
  }

  func file(_ name: String) -> String { path + "/" + name }

  deinit {
    for name in ["call.spool", "cut.spool"] { unlink(file(name)) }
    rmdir(path)
  }

  static func read(_ path: String) throws -> [UInt8] {
    let file = try SpoolFile.open(path, forWriting: false)
    defer { file.close() }
    return try file.read(file.length(), at: 0)
  }

  static func write(_ bytes: [UInt8], to path: String) throws {
    let file = try #require(fopen(path, "wb"))
    fwrite(bytes, 1, bytes.count, file)
    fclose(file)
  }
}

@Suite struct RecorderTests {
  private let folder = ScratchFolder()
  private let key = [UInt8](repeating: 7, count: 32)

  private var setup: RecordingSetup {
    RecordingSetup(
      recordingID: "rec_1", path: folder.file("call.spool"), key: key, wrappedKey: [1, 2, 3],
      startedAt: 1_795_151_913_000)
  }

  /// Three batches of 20 ms each side; the end offset of each record.
  private func spool(sealed: Bool = true) throws -> [Int] {
    var writer = try SpoolWriter(setup, rate: .telephone)
    var ends = [writer.bytes]
    for index in 0..<3 {
      let samples = [Int16](repeating: Int16(index + 1), count: 160)
      try writer.append(
        [
          AudioSegment(channel: 0, position: index * 160, samples: samples),
          AudioSegment(channel: 1, position: index * 160, samples: samples.map { -$0 }),
        ], time: UInt64(index * 20 + 20))
      ends.append(writer.bytes)
    }
    if sealed { try writer.finish(time: 60) }
    return ends
  }

  @Test func `a recording becomes a stereo file with both sides in place`() throws {
    _ = try spool()
    let export = try OpenedRecording(ScratchFolder.read(setup.path), key: key)
    #expect(export.isComplete)
    #expect(export.duration == .milliseconds(60))
    let wav = try WAV(parsing: export.wav)
    #expect(wav.channels == 2)
    #expect(wav.samples.count == 960)
    for index in 0..<480 {
      #expect(wav.samples[index * 2] == Int16(index / 160 + 1))
      #expect(wav.samples[index * 2 + 1] == -Int16(index / 160 + 1))
    }
  }

  @Test func `the file is the same in whatever pieces its spool comes, whole or damaged`() throws {
    let ends = try spool()
    var bytes = try ScratchFolder.read(setup.path)
    for damage in [nil, ends[1] + 30, bytes.count - 1] {
      if let damage { bytes[damage] ^= 0x10 }
      let whole = try OpenedRecording(bytes, key: key, inPiecesOf: bytes.count)
      #expect(whole.isComplete == (damage == nil))
      for size in [1, 7, 100, 333, bytes.count - 1] {
        #expect(try OpenedRecording(bytes, key: key, inPiecesOf: size) == whole)
      }
    }
  }

  @Test func `sound comes out as soon as it is settled, and no more than that is held back`() throws
  {
    var writer = try SpoolWriter(setup, rate: .telephone)
    for second in 0..<60 {
      let samples = [Int16](repeating: Int16(second), count: 8_000)
      let segment = AudioSegment(channel: 0, position: second * 8_000, samples: samples)
      try writer.append([segment], time: UInt64(second + 1) * 1_000)
    }
    try writer.finish(time: 60_000)
    let spool = try ScratchFolder.read(setup.path)
    var export = RecordingExport(key: key)
    var given = 0
    for start in stride(from: 0, to: spool.count, by: 16_000) {
      let piece = Array(spool[start..<min(start + 16_000, spool.count)])
      given += try export.take(piece).count
      // Fifteen seconds, a header that may be long, and a record that is not whole.
      #expect(given >= 2 * (start - 15 * 16_000 - 65_536 - 2 * 17_000))
    }
    #expect(given == 45 * 32_000)
    #expect(try export.finish().count == 15 * 32_000)
    #expect(export.duration == .seconds(60))
  }

  @Test(arguments: [0, 1, 11, 39])
  func `a spool without a whole header is none`(length: Int) throws {
    _ = try spool()
    let bytes = Array(try ScratchFolder.read(setup.path).prefix(length))
    let error = #expect(throws: RecordingError.self) { try OpenedRecording(bytes, key: key) }
    #expect(error?.kind == .header)
  }

  @Test func `what the line held back for nine seconds is in its place beside the agent's words`()
    throws
  {
    var writer = try SpoolWriter(setup, rate: .telephone)
    for second in 0..<10 {
      let words = [Int16](repeating: -1, count: 8_000)
      let segment = AudioSegment(channel: 1, position: second * 8_000, samples: words)
      try writer.append([segment], time: UInt64(second + 1) * 1_000)
    }
    let late = [Int16](repeating: 5, count: 72_000)
    try writer.append([AudioSegment(channel: 0, position: 8_000, samples: late)], time: 10_250)
    try writer.finish(time: 10_250)
    let export = try OpenedRecording(ScratchFolder.read(setup.path), key: key)
    let wav = try WAV(parsing: export.wav)
    #expect(wav.samples.count == 160_000)
    #expect((8_000..<80_000).allSatisfy { wav.samples[$0 * 2] == 5 })
  }

  @Test func `cut at any byte, a spool keeps every whole record`() throws {
    let ends = try spool()
    let bytes = try ScratchFolder.read(setup.path)
    let cut = folder.file("cut.spool")
    for length in 0...bytes.count {
      try ScratchFolder.write(Array(bytes.prefix(length)), to: cut)
      if length < ends[0] {
        #expect(throws: RecordingError.self) { try SpoolRecovery.recover(path: cut) }
        continue
      }
      let recovery = try SpoolRecovery.recover(path: cut)
      let whole = ends.count { $0 <= length } - 1
      #expect(recovery.records == whole)
      #expect(recovery.isSealed == (length == bytes.count))
      #expect(recovery.header.wrappedKey == [1, 2, 3])
      if length % 97 == 0 {
        try SpoolRecovery.seal(path: cut, key: key)
        let export = try OpenedRecording(ScratchFolder.read(cut), key: key)
        #expect(export.isComplete)
        #expect(export.duration == .milliseconds(whole * 20))
      }
    }
  }

  @Test func `a flipped bit ends the good part there`() throws {
    let ends = try spool()
    let bytes = try ScratchFolder.read(setup.path)
    let cut = folder.file("cut.spool")
    for offset in stride(from: ends[1], to: ends[2], by: 13) {
      var broken = bytes
      broken[offset] ^= 0x10
      try ScratchFolder.write(broken, to: cut)
      #expect(try SpoolRecovery.recover(path: cut).records == 1)
    }
  }

  @Test func `another key, or a record of another recording, does not open`() throws {
    _ = try spool()
    let wrong = [UInt8](repeating: 8, count: 32)
    #expect(throws: RecordingError.self) {
      try OpenedRecording(ScratchFolder.read(setup.path), key: wrong)
    }
    let cipher = try SpoolCipher(key: key, recordingID: "rec_2")
    let file = try SpoolFile.open(setup.path, forWriting: false)
    defer { file.close() }
    var reader = try SpoolReader(file)
    let record = try #require(try reader.next(in: file))
    #expect(throws: RecordingError.self) { try cipher.open(record) }
  }

  @Test
  func `without its wrapped key a spool is the same for whoever has the key, wherever it is read`()
    throws
  {
    _ = try spool()
    let whole = try ScratchFolder.read(setup.path)
    let spool = try KeylessSpool(path: setup.path)
    let bytes = try spool.read(0..<spool.count)
    #expect(spool.count == whole.count - setup.wrappedKey.count && bytes.count == spool.count)
    #expect(try OpenedRecording(bytes, key: key) == OpenedRecording(whole, key: key))
    for size in [1, 7, 64] {
      var pieces: [UInt8] = []
      for start in stride(from: 0, to: spool.count, by: size) {
        pieces += try spool.read(start..<min(start + size, spool.count))
      }
      #expect(pieces == bytes)
    }
    try ScratchFolder.write(Array(whole.prefix(20)), to: folder.file("cut.spool"))
    let error = #expect(throws: RecordingError.self) {
      try KeylessSpool(path: folder.file("cut.spool"))
    }
    #expect(error?.kind == .header)
  }

  @Test func `speech is not readable in the file`() throws {
    _ = try spool()
    let bytes = try ScratchFolder.read(setup.path)
    let plain = PCMFrame(samples: [Int16](repeating: 1, count: 8), rate: .telephone)
    let needle = plain.littleEndianBytes
    let found = bytes.indices.contains { bytes[$0...].starts(with: needle) }
    #expect(!found)
  }

  @Test func `what the carrier dropped is silence in the recording`() {
    var timeline = RecordingTimeline(rate: .telephone)
    let first = timeline.agent([Int16](repeating: 1, count: 1_600), at: .zero)
    let second = timeline.agent([Int16](repeating: 1, count: 1_600), at: .milliseconds(80))
    #expect(first.position == 0)
    #expect(second.position == 1_600)
    let silence = timeline.agentCleared(at: .milliseconds(250))
    #expect(silence?.position == 2_000)
    #expect(silence?.samples.count == 1_200)
    #expect(timeline.agent([1], at: .milliseconds(300)).position == 2_400)
  }

  @Test func `caller jitter leaves no holes, a real gap does`() {
    var timeline = RecordingTimeline(rate: .telephone)
    let frame = [Int16](repeating: 1, count: 800)
    #expect(timeline.caller(frame, at: .milliseconds(100))?.position == 0)
    #expect(timeline.caller(frame, at: .milliseconds(290))?.position == 800)
    #expect(timeline.caller(frame, at: .milliseconds(2_000))?.position == 15_200)
  }
}
