internal import EventLoop
internal import HTTP
internal import RPCServer
internal import Simulation
internal import Voices

/// The paths of Google's recogniser and of Azure's voices.
enum SpeechRoutes {
  /// Whose parts answer.
  typealias Cloud = CloudRoutes.Cloud

  /// Adds them to the routes of the one port.
  static func add(_ cloud: Cloud, to routes: inout HTTPRoutes) {
    routes.handle("POST", "/v1/speech:recognize") { try await recognize($0, cloud) }
    routes.handle("POST", "/cognitiveservices/v1") { try await speak($0, cloud) }
    routes.handle("GET", "/cognitiveservices/voices/list") { cloud.value.azureSpeech.voices($0) }
    routes.handle("POST", "/sts/v1.0/issueToken") { cloud.value.azureSpeech.issueToken($0) }
  }

  // MARK: Recognition

  /// Answers one call of `speech:recognize`.
  private static func recognize(
    _ request: HTTPExchangeRequest, _ cloud: Cloud
  ) async throws -> HTTPExchangeResponse {
    let start = cloud.value.now
    let reply =
      switch cloud.value.googleSpeech.receive(request) {
      case .reply(let reply): reply
      case .recognize(let recognition): await hear(recognition, cloud)
      }
    try await wait(until: start + reply.delay, cloud)
    return HTTPExchangeResponse(
      status: HTTPStatus(rawValue: reply.status), contentType: "application/json",
      body: reply.body)
  }

  /// Has the words of all utterances found, one after the other.
  private static func hear(_ recognition: Recognition, _ cloud: Cloud) async -> RecognitionReply {
    let (ears, sessions) = cloud.value.googleSpeech.beginHearing()
    var words: [String?] = []
    for utterance in recognition.utterances {
      words.append(await ears.words(in: utterance.samples, sessions: sessions))
    }
    return cloud.value.googleSpeech.heard(words, in: recognition)
  }

  // MARK: Synthesis

  /// Answers one call for speech, in words or in sound.
  private static func speak(
    _ request: HTTPExchangeRequest, _ cloud: Cloud
  ) async throws -> HTTPExchangeResponse {
    switch cloud.value.azureSpeech.receive(request) {
    case .reply(let reply):
      try await wait(until: cloud.value.now + reply.delay, cloud)
      return response(reply)
    case .speak(let synthesis):
      let stream = synthesis.stream(of: await clips(of: synthesis, cloud))
      try await wait(until: synthesis.firstByteAt, cloud)
      return HTTPExchangeResponse(contentType: synthesis.format.contentType) { body in
        try await write(stream, to: body, cloud)
      }
    }
  }

  /// The words of a document as speech, in order.
  private static func clips(of synthesis: Synthesis, _ cloud: Cloud) async -> [SpeechClip?] {
    let studio = cloud.value.studio
    var clips: [SpeechClip?] = []
    for case .words(let text, let voice) in synthesis.markup.parts {
      let voice = voice.studioVoice(for: text)
      let rate = synthesis.format.sampleRate
      clips.append(try? await blocking { try studio.clip(text, voice: voice, rate: rate) })
    }
    return clips
  }

  /// Writes each piece at its time.
  private static func write(
    _ stream: AudioStream, to body: HTTPBodyWriter, _ cloud: Cloud
  ) async throws {
    let start = cloud.value.now
    for (index, piece) in stream.pieces.enumerated() {
      try await wait(until: start + AudioStream.interval * index, cloud)
      try await body.write(piece)
    }
    switch stream.end {
    case .whole: break
    case .cut: try await CloudRoutes.cut(on: cloud.loop)
    case .stalled: while true { try await cloud.loop.sleep(for: .seconds(60)) }
    }
  }

  /// Sleeps until `time` on the cloud's clock.
  private static func wait(until time: Duration, _ cloud: Cloud) async throws {
    let rest = time - cloud.value.now
    if rest > .zero { try await cloud.loop.sleep(for: rest) }
  }

  /// An answer in words.
  static func response(_ reply: SynthesisReply) -> HTTPExchangeResponse {
    HTTPExchangeResponse(
      status: HTTPStatus(rawValue: reply.status), contentType: "text/plain",
      body: reply.text.utf8)
  }
}

extension AzureVoice {
  /// Who speaks in its place: the studio has a woman, the agent, and a man, the caller.
  fileprivate func studioVoice(for text: String) -> Voice {
    Voice(SpokenLanguage(of: text), gender == .female ? .agent : .caller)
  }
}
