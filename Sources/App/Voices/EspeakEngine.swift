internal import CEspeak

/// espeak-ng, which is one global per process and not thread-safe: `SpeechStudio` holds the only
/// instance behind a lock. Every call blocks for about a hundredth of the speech it makes.
struct EspeakEngine: ~Copyable {
  /// Hertz of everything `synthesize` returns.
  let sampleRate: Int

  /// Loads the voice data of the system. Throws `engineUnavailable` when it is not installed.
  init() throws(VoicesError) {
    let rate = espeak_Initialize(AUDIO_OUTPUT_SYNCHRONOUS, 0, nil, 0)
    guard rate > 0 else {
      throw VoicesError(.engineUnavailable, "espeak-ng did not start: code \(rate)")
    }
    sampleRate = Int(rate)
    unsafe espeak_SetSynthCallback(collectSamples)
  }

  /// The text as 16-bit mono samples at `sampleRate`.
  func synthesize(_ text: String, voice: Voice) throws(VoicesError) -> [Int16] {
    guard unsafe espeak_SetVoiceByName(voice.engineName) == EE_OK else {
      throw VoicesError(.unknownVoice, "espeak-ng has no voice \(voice.engineName)")
    }
    _ = espeak_SetParameter(espeakRATE, voice.wordsPerMinute, 0)
    let samples = SampleSink()
    let status = unsafe text.withCString { pointer in
      unsafe espeak_Synth(
        pointer, text.utf8.count + 1, 0, POS_CHARACTER, 0, UInt32(espeakCHARS_UTF8), nil,
        Unmanaged.passUnretained(samples).toOpaque())
    }
    _ = espeak_Synchronize()
    guard status == EE_OK, !samples.values.isEmpty else {
      throw VoicesError(.synthesisFailed, "espeak-ng answered \(status.rawValue) and no samples")
    }
    return samples.values
  }

  deinit { _ = espeak_Terminate() }
}

/// Where the C callback puts samples; alive for the length of one `synthesize`.
private final class SampleSink {
  var values: [Int16] = []
}

/// Called by espeak-ng on the synthesising thread; the sink travels in each event's user data.
private func collectSamples(
  _ samples: UnsafeMutablePointer<Int16>?, _ count: Int32,
  _ events: UnsafeMutablePointer<espeak_EVENT>?
) -> Int32 {
  guard let samples = unsafe samples, count > 0, let event = unsafe events,
    let user = unsafe event.pointee.user_data
  else { return 0 }
  let sink = unsafe Unmanaged<SampleSink>.fromOpaque(user).takeUnretainedValue()
  unsafe sink.values.append(contentsOf: UnsafeBufferPointer(start: samples, count: Int(count)))
  return 0
}
