internal import CPocketsphinx
internal import Glibc
internal import Synchronization

/// Recognises English sentences from a known list with pocketsphinx: a real recogniser on real
/// audio, which can be wrong. Any thread may call it, one at a time; it blocks for some tenths of
/// a second per second of speech.
package final class SphinxEars: Sendable {
  /// Hertz the acoustic model was trained at.
  package static let sampleRate = 16_000

  private let phrases: [String]
  private let decoder = Mutex<SphinxDecoder?>(nil)

  /// Remembers the sentences; the model is loaded at the first `recognize`.
  package init(phrases: [String]) {
    self.phrases = phrases
  }

  /// The sentence heard in 16 kHz mono samples, or nil when none of the list fits.
  package func recognize(_ samples: [Int16]) throws(VoicesError) -> String? {
    try decoder.withLock { (decoder: inout sending SphinxDecoder?) throws(VoicesError) in
      if decoder == nil { decoder = try SphinxDecoder(phrases: phrases) }
      return try decoder?.recognize(samples)
    }
  }
}

/// One `ps_decoder_t` with the sentence grammar active; freed with the object.
@safe private final class SphinxDecoder {
  private static let model = "/usr/share/pocketsphinx/model/en-us/"

  private let raw: OpaquePointer
  private let grammar: PhraseGrammar

  init(phrases: [String]) throws(VoicesError) {
    let decoder = unsafe try Self.start()
    let grammar = PhraseGrammar(phrases) { word in unsafe Self.knows(word, decoder) }
    unsafe self.raw = decoder
    self.grammar = grammar
    try activateGrammar(sentences: phrases.count)
  }

  private static func start() throws(VoicesError) -> OpaquePointer {
    let arguments = [
      "-hmm", model + "en-us", "-dict", model + "cmudict-en-us.dict", "-dither", "yes",
      "-logfn", "/dev/null",
    ]
    var pointers: [UnsafeMutablePointer<CChar>?] = unsafe arguments.map { unsafe strdup($0) }
    defer { unsafe pointers.forEach { unsafe free($0) } }
    let config = unsafe pointers.withUnsafeMutableBufferPointer { list in
      unsafe cmd_ln_parse_r(nil, ps_args(), Int32(list.count), list.baseAddress, 0)
    }
    defer { _ = unsafe cmd_ln_free_r(config) }
    guard let decoder = unsafe ps_init(config) else {
      throw VoicesError(
        .engineUnavailable, "pocketsphinx did not start; is its en-us model installed?")
    }
    return unsafe decoder
  }

  private func activateGrammar(sentences: Int) throws(VoicesError) {
    guard !grammar.isEmpty, unsafe ps_set_jsgf_string(raw, "lines", grammar.jsgf) == 0,
      unsafe ps_set_search(raw, "lines") == 0
    else {
      throw VoicesError(
        .engineUnavailable, "pocketsphinx refused a grammar of \(sentences) sentences")
    }
  }

  private static func knows(_ word: String, _ decoder: OpaquePointer) -> Bool {
    guard let phones = unsafe ps_lookup_word(decoder, word) else { return false }
    unsafe free(phones)
    return true
  }

  func recognize(_ samples: [Int16]) throws(VoicesError) -> String? {
    guard unsafe ps_start_utt(raw) == 0 else {
      throw VoicesError(.recognitionFailed, "pocketsphinx did not start an utterance")
    }
    let frames = unsafe samples.withUnsafeBufferPointer { buffer in
      unsafe ps_process_raw(raw, buffer.baseAddress, buffer.count, 0, 1)
    }
    guard frames >= 0, unsafe ps_end_utt(raw) == 0 else {
      throw VoicesError(.recognitionFailed, "pocketsphinx failed on \(samples.count) samples")
    }
    var score: Int32 = 0
    guard let text = unsafe ps_get_hyp(raw, &score) else { return nil }
    let hypothesis = unsafe String(cString: text)
    return hypothesis.isEmpty ? nil : grammar.phrase(for: hypothesis)
  }

  deinit { _ = unsafe ps_free(raw) }
}
