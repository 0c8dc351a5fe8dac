internal import Audio
internal import Buffers
internal import Speech

/// The messages a Live client sends; pure.
struct GeminiLiveRequests {
  let setup: RealtimeSetup
  let model: String
  var generation: GeminiGeneration { GeminiGeneration(model: model) }

  init(setup: RealtimeSetup, defaultModel: String) {
    self.setup = setup
    model = setup.model ?? defaultModel
  }

  /// The first message; with `handle` it resumes an earlier session, without one it goes on with what
  /// was `spoken`.
  func setupMessage(
    resuming handle: String?, after spoken: SpokenSoFar = SpokenSoFar()
  ) -> [UInt8] {
    let instruction = (handle == nil ? spoken.continued(setup) : setup).systemInstruction
    var json = JSONWriter()
    json.object {
      $0.object("setup") {
        $0.member("model", "models/\(model)")
        writeGeneration(&$0)
        $0.object("systemInstruction") { $0.parts(text: instruction) }
        $0.geminiTools(setup.tools, behavior: generation.toolBehavior)
        writeActivityDetection(&$0)
        $0.key("inputAudioTranscription")
        $0.raw("{}")
        $0.key("outputAudioTranscription")
        $0.raw("{}")
        $0.object("sessionResumption") {
          if let handle { $0.member("handle", handle) }
        }
        $0.key("contextWindowCompression")
        $0.raw(#"{"triggerTokens":"25600","slidingWindow":{"targetTokens":"12800"}}"#)
      }
    }
    return json.bytes
  }

  private func writeGeneration(_ json: inout JSONWriter) {
    json.object("generationConfig") {
      $0.key("responseModalities")
      $0.raw(#"["AUDIO"]"#)
      if let temperature = setup.temperature {
        $0.key("temperature")
        $0.number(temperature)
      }
      if let limit = setup.maxOutputTokens {
        $0.key("maxOutputTokens")
        $0.number(limit)
      }
      if let thinking = generation.thinkingConfig {
        $0.key("thinkingConfig")
        $0.raw(thinking)
      }
      guard setup.voice != nil || setup.languageCode != nil else { return }
      $0.object("speechConfig") {
        if let voice = setup.voice {
          $0.object("voiceConfig") {
            $0.object("prebuiltVoiceConfig") { $0.member("voiceName", voice) }
          }
        }
        if let code = setup.languageCode { $0.member("languageCode", code) }
      }
    }
  }

  private func writeActivityDetection(_ json: inout JSONWriter) {
    json.object("realtimeInputConfig") {
      $0.object("automaticActivityDetection") {
        $0.member(
          "startOfSpeechSensitivity",
          setup.isSensitive ? "START_SENSITIVITY_HIGH" : "START_SENSITIVITY_LOW")
        $0.member("endOfSpeechSensitivity", "END_SENSITIVITY_HIGH")
        $0.key("prefixPaddingMs")
        $0.number(setup.startOfSpeech.wholeMilliseconds)
        $0.key("silenceDurationMs")
        $0.number(setup.endOfSpeechSilence.wholeMilliseconds)
      }
      $0.member(
        "activityHandling",
        setup.isInterruptible ? "START_OF_ACTIVITY_INTERRUPTS" : "NO_INTERRUPTION")
      $0.member("turnCoverage", "TURN_INCLUDES_ONLY_ACTIVITY")
    }
  }

  /// Raw PCM, best in pieces of 20 to 40 ms.
  static func audio(_ samples: ArraySlice<Int16>, rate: SampleRate) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(samples.count * 3 + 128)
    var json = JSONWriter(appendingTo: bytes)
    json.object {
      $0.object("realtimeInput") {
        $0.object("audio") {
          $0.member("mimeType", "audio/pcm;rate=\(rate.hertz)")
          $0.key("data")
          $0.base64(PCMFrame(samples: Array(samples), rate: rate).littleEndianBytes)
        }
      }
    }
    return json.bytes
  }

  /// Text the model acts on at once.
  static func text(_ text: String) -> [UInt8] {
    var json = JSONWriter()
    json.object { $0.object("realtimeInput") { $0.member("text", text) } }
    return json.bytes
  }

  static func toolResponses(_ responses: [ToolResponse]) -> [UInt8] {
    var json = JSONWriter()
    json.object {
      $0.object("toolResponse") {
        $0.key("functionResponses")
        $0.beginArray()
        for response in responses { $0.geminiResponse(response) }
        $0.endArray()
      }
    }
    return json.bytes
  }
}

extension Duration {
  fileprivate var wholeMilliseconds: Int64 {
    components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
  }
}
