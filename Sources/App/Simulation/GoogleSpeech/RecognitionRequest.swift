internal import Buffers

/// A `speech:recognize` request that the service accepts. Holds what was said for as long as it is
/// answered.
struct RecognitionRequest: Sendable {
  /// Codes of audio that can be read, with their numbers in the proto.
  private enum Encoding: Int {
    case linear16 = 1
    case mulaw = 3
  }

  /// Bytes of a request.
  private static let largestBody = 10_485_760

  /// What the ears get: 16 kHz.
  let samples: [Int16]
  /// Of the audio as it came.
  let duration: Duration
  /// The languages it may be in, the likeliest first.
  let languages: [String]
  /// Words come with their times.
  let timesWords: Bool
  /// Words come with their confidence.
  let ratesWords: Bool
  /// The text comes with punctuation.
  let punctuates: Bool

  /// Reads a body; throws what the service answers to a bad one.
  init(_ body: [UInt8]) throws(GoogleError) {
    guard body.count <= Self.largestBody else {
      throw .invalidArgument(
        "Request payload size exceeds the limit: \(Self.largestBody) bytes.")
    }
    let request = try TextRequest.parse(body, as: RequestShapes.recognition)
    let configuration = request["config"] ?? [:]
    languages = try Self.languages(configuration)
    try RecognitionRules.check(configuration)
    let encoding = try Self.encoding(configuration["encoding"])
    let rate = configuration[camel: "sampleRateHertz"]?.intValue ?? 0
    guard (8_000...48_000).contains(rate) else { throw .badRecognition("bad sample rate hertz.") }
    let channels = max(1, configuration[camel: "audioChannelCount"]?.intValue ?? 1)
    let all = try Self.samples(request["audio"], encoding)
    // Of several channels the first is heard, as the service does unless told otherwise.
    let heard = channels == 1 ? all : stride(from: 0, to: all.count, by: channels).map { all[$0] }
    duration = .samples(heard.count, rate: rate)
    guard duration <= .seconds(60) else {
      throw .invalidArgument(
        "Sync input too long. For audio longer than 1 min use LongRunningRecognize with a 'uri' "
          + "parameter.")
    }
    samples = PCM.resampled(heard, from: rate, to: LiveMachine.earRate)
    timesWords = configuration[camel: "enableWordTimeOffsets"]?.boolValue ?? false
    ratesWords = configuration[camel: "enableWordConfidence"]?.boolValue ?? false
    punctuates = configuration[camel: "enableAutomaticPunctuation"]?.boolValue ?? false
  }

  /// The likeliest language and up to three others, which the model must hear.
  private static func languages(_ configuration: JSONValue) throws(GoogleError) -> [String] {
    let first = configuration[camel: "languageCode"]?.stringValue ?? ""
    if first.isEmpty { throw .badRecognition("Empty language code.") }
    let others = configuration[camel: "alternativeLanguageCodes"]?.elements ?? []
    guard others.count <= 3 else {
      throw .badRecognition("At most 3 alternative language codes are allowed.")
    }
    let name = configuration["model"]?.stringValue ?? ""
    guard let model = name.isEmpty ? .usual : RecognitionModel(rawValue: name) else {
      throw .badRecognition("Incorrect model specified.")
    }
    var languages: [String] = []
    for code in [first] + others.compactMap(\.stringValue) {
      guard let language = RecognitionModel.language(code) else {
        throw .badRecognition("bad language code.")
      }
      guard model.hears(language) else {
        throw .badRecognition(
          "The requested model is currently not supported for language : \(language).")
      }
      languages.append(language)
    }
    return languages
  }

  /// The encoding by its name or number.
  private static func encoding(_ value: JSONValue?) throws(GoogleError) -> Encoding {
    let names = [
      "ENCODING_UNSPECIFIED", "LINEAR16", "FLAC", "MULAW", "AMR", "AMR_WB", "OGG_OPUS",
      "SPEEX_WITH_HEADER_BYTE", "MP3", "WEBM_OPUS",
    ]
    let place =
      value?.intValue ?? names.firstIndex(of: value?.stringValue?.uppercased() ?? names[0])
    guard let place, names.indices.contains(place) else {
      let field = "config.encoding"
      let type = "type.googleapis.com/google.cloud.speech.v1.RecognitionConfig.AudioEncoding"
      throw .violations([(field, "Invalid value at '\(field)' (\(type))")])
    }
    if place == 0 { throw .badRecognition("bad encoding..") }
    guard let encoding = Encoding(rawValue: place) else {
      throw .badRecognition("the simulator does not decode \(names[place]).")
    }
    return encoding
  }

  /// The samples of all channels.
  private static func samples(
    _ audio: JSONValue?, _ encoding: Encoding
  ) throws(GoogleError) -> [Int16] {
    if audio?["uri"]?.stringValue?.isEmpty == false {
      throw .invalidArgument("The simulator reads no Cloud Storage.")
    }
    guard let text = audio?["content"]?.stringValue, !text.isEmpty else {
      throw .invalidArgument("RecognitionAudio not set.")
    }
    guard let bytes = Base64.decode(text) else {
      throw .violations([
        (
          "audio.content",
          "Invalid value at 'audio.content' (TYPE_BYTES), Base64 decoding failed"
        )
      ])
    }
    return encoding == .mulaw ? MuLaw.samples(of: bytes) : PCM.samples(of: bytes)
  }
}

extension GoogleError {
  /// 400 for a configuration.
  static func badRecognition(_ problem: String) -> GoogleError {
    invalidArgument("Invalid recognition 'config': " + problem)
  }
}
