internal import ArgumentParser
internal import Audio
internal import EventLoop
internal import FoundationEssentials
internal import Protobuf
internal import RPCCore
internal import VoiceAPI

/// `voicectl talk`: speaks a WAV file to an agent in real time, and keeps what it answers.
struct Talk: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Talks to an agent with the sound of a WAV file, over the bidirectional RPC.",
    discussion: "Streams in real time, prints the transcript with latencies, saves the answer.")

  typealias V1 = Payaid.Voice.V1

  @OptionGroup var server: ServerOptions
  @Option(help: "The agent to talk to.") var agent: String
  @Option(name: .shortAndLong, help: "The WAV file to write the answer to.")
  var output = "answer.wav"
  @Option(help: "Silence after the file, in seconds, to let the agent answer.")
  var wait = 6
  @Argument(help: "What to say: a WAV file of 16 bit PCM at 8, 16 or 24 kHz.") var file: String

  func run() async throws {
    guard let bytes = FileManager.default.contents(atPath: file) else {
      throw ValidationError("cannot read \(file)")
    }
    let wav = try WAV(parsing: Array(bytes))
    guard wav.channels == 1, [8_000, 16_000, 24_000].contains(wav.rate.hertz) else {
      throw ValidationError("\(file) must be mono at 8000, 16000 or 24000 Hz")
    }
    let speech = PCMFrame(samples: wav.samples, rate: wav.rate)
    let answer = try await server.withChannel { channel, metadata in
      try await converse(speech, V1.LiveServiceClient(channel), metadata)
    }
    let header = WAV.header(rate: speech.rate, channels: 1, dataBytes: answer.count)
    try Data(header + answer).write(to: URL(fileURLWithPath: output))
    Output.line("the answer is in \(output)")
  }

  /// Speaks and listens; the agent's sound as PCM.
  private func converse(
    _ speech: PCMFrame, _ client: V1.LiveServiceClient, _ metadata: Metadata
  ) async throws -> [UInt8] {
    let stream = try await client.converse(options: CallOptions(metadata: metadata))
    let start = V1.LiveStart.with {
      $0.agentId = agent
      $0.sampleRateHertz = Int32(speech.rate.hertz)
    }
    try await stream.send(.with { $0.frame = .start(start) })
    let speaking = Task { try await Self.speak(speech, thenWait: .seconds(wait), stream) }
    defer { speaking.cancel() }
    return try await Self.listen(stream)
  }

  /// Sends 20 ms frames when they are due, then silence, then half-closes.
  private static func speak(
    _ speech: PCMFrame, thenWait silence: Duration,
    _ stream: ClientStream<V1.ClientFrame, V1.ServerFrame>
  ) async throws {
    let size = speech.rate.samples(in: .milliseconds(20))
    let samples =
      speech.samples + [Int16](repeating: 0, count: speech.rate.samples(in: silence))
    let clock = ContinuousClock()
    let began = clock.now
    for (index, start) in stride(from: 0, to: samples.count, by: size).enumerated() {
      try await clock.sleep(until: began + .milliseconds(20 * index))
      let piece = Array(samples[start..<min(start + size, samples.count)])
      let audio = V1.AudioFrame.with {
        $0.pcm = PCMFrame(samples: piece, rate: speech.rate).littleEndianBytes
        $0.sequence = UInt64(index + 1)
      }
      try await stream.send(.with { $0.frame = .audio(audio) })
    }
    try await stream.finishSending()
  }

  private static func listen(
    _ stream: ClientStream<V1.ClientFrame, V1.ServerFrame>
  ) async throws -> [UInt8] {
    var answer: [UInt8] = []
    while let frame = try await stream.responses.next() {
      switch frame.frame {
      case .started(let started): Output.line("--- \(started.callId)")
      case .audio(let audio): answer += audio.pcm
      case .transcript(let entry): Output.transcript(entry)
      case .mark(let name): try await stream.send(.with { $0.frame = .markPlayed(name) })
      case .interrupted: Output.line("--- interrupted")
      case .ended(let ended): if let call = ended.call { Output.summary(call) }
      case nil: break
      }
    }
    return answer
  }
}
