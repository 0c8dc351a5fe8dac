internal import Buffers
internal import EventLoop
internal import Glibc
internal import HTTPClient
internal import Simulation
internal import TLS
internal import Voices

/// Everything the stand-ins share. Loop-confined; made by `start`, then owns all services.
final class SimulatedCloud {
  let loop: EventLoop
  let settings: Settings
  let studio: SpeechStudio
  let ears: Ears
  /// What the models that talk say.
  let book: AnswerBook
  /// Made at its first use: the certificate to trust may be younger than this process.
  private(set) lazy var http = HTTPClient(loop: loop, trust: trust)
  private let epoch: LoopInstant
  private(set) lazy var exotel = ExotelService(cloud: self)
  private(set) lazy var gemini = LiveService(cloud: self)
  private(set) lazy var geminiText = TextService(cloud: self)
  private(set) lazy var geminiEmbedding = EmbeddingService(cloud: self)
  private(set) lazy var pinecone = PineconeService(cloud: self)
  private(set) lazy var googleSpeech = RecognitionService(cloud: self)
  private(set) lazy var azureSpeech = SynthesisService(cloud: self)

  private init(_ settings: Settings, loop: EventLoop, studio: SpeechStudio, ears: Ears) {
    self.settings = settings
    self.loop = loop
    self.studio = studio
    self.ears = ears
    // The rules were compiled once at start; they compile again.
    book = (try? AnswerBook(settings.scenario.rules)) ?? AnswerBook.empty
    epoch = loop.now
  }

  /// Whom the stand-ins believe when they call back: the trust file, as it is now.
  var trust: TLSTrust {
    settings.trustFile.flatMap(WholeFile.read).map(TLSTrust.authorities) ?? .systemRoots
  }

  /// Speaks every scripted line once, so that the ears know them, and makes the cloud on `loop`.
  static func start(
    _ settings: Settings, on loop: EventLoop
  ) async throws -> LoopBound<SimulatedCloud> {
    _ = try AnswerBook(settings.scenario.rules)
    let studio = SpeechStudio()
    let lines = settings.scenario.callerLines
    let ears = try await blocking { try Ears(settings.ears, lines: lines, studio: studio) }
    return await withCheckedContinuation { ready in
      loop.execute {
        let cloud = SimulatedCloud(settings, loop: loop, studio: studio, ears: ears)
        ready.resume(returning: LoopBound(cloud, loop: loop))
      }
    }
  }

  /// Time since the start, on the loop's clock.
  var now: Duration { epoch.duration(to: loop.now) }

  /// Seconds since 1970.
  var unixTime: Int { time(nil) }

  /// Runs `body` after `delay` on the loop.
  @discardableResult
  func after(_ delay: Duration, _ body: @escaping () -> Void) -> LoopTimer {
    loop.schedule(after: max(delay, .zero), body)
  }

  /// Makes speech, off the loop when it is new, and hands it to `use` on the loop; nil when the
  /// voice failed.
  func speak(
    _ text: String, _ voice: Voice, rate: Int, _ use: @escaping (SpeechClip?) -> Void
  ) {
    if let clip = studio.cached(text, voice: voice, rate: rate) { return use(clip) }
    let studio = studio
    let use = LoopBound(use, loop: loop)
    Task(executorPreference: loop) {
      let clip = try? await blocking { try studio.clip(text, voice: voice, rate: rate) }
      use.value(clip)
    }
  }
}
