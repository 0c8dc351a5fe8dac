package import Voices

/// An accepted call for speech, and its faults.
package struct Synthesis: Sendable {
  /// What is longer is cut off without a word.
  private static let longest: Duration = .seconds(600)

  /// What is to be said.
  package let markup: SpeechMarkup
  /// What the answer is to be.
  package let format: AudioFormat
  /// When it came.
  package let calledAt: Duration
  /// What goes wrong with it.
  let faults: SynthesisFaults

  /// When the first sound is due.
  package var firstByteAt: Duration { calledAt + faults.delay + faults.firstByte }

  /// The answer; `clips` are the words of the markup in order, at the format's rate, nil where the
  /// voice failed.
  package func stream(of clips: [SpeechClip?]) -> AudioStream {
    if faults.isEmpty || clips.isEmpty {
      return AudioStream([], format, faults: SynthesisFaults())
    }
    var clips = clips[...]
    let most = Self.longest.samples(rate: format.sampleRate)
    var samples = silence(markup.leading)
    for part in markup.parts where samples.count < most {
      switch part {
      case .words: samples += clips.popFirst()??.samples ?? []
      case .pause(let length): samples += silence(length)
      }
    }
    samples = Array((samples + silence(markup.trailing)).prefix(most))
    return AudioStream(format.bytes(of: samples), format, faults: faults)
  }

  /// Samples of silence.
  private func silence(_ length: Duration) -> [Int16] {
    Array(repeating: 0, count: min(length, Self.longest).samples(rate: format.sampleRate))
  }
}

/// The sound of an answer in pieces of a tenth of a second, eight times faster than it is played.
package struct AudioStream: Sendable, Equatable {
  /// How a stream ends behind its last piece.
  package enum End: Sendable, Equatable {
    case whole
    /// The connection breaks.
    case cut
    /// Nothing more comes, not even an end.
    case stalled
  }

  /// How long a piece lasts.
  private static let length: Duration = .milliseconds(100)
  /// From one piece to the next.
  package static let interval: Duration = length / 8

  /// In order; of a WAV file the header is in the first.
  package let pieces: [[UInt8]]
  /// Behind the last piece.
  package let end: End

  /// `bytes` in pieces, as many of them as the faults let go.
  init(_ bytes: [UInt8], _ format: AudioFormat, faults: SynthesisFaults) {
    let size = format.byteCount(of: Self.length)
    // One byte more, which is half a sample of PCM.
    let cut = faults.cutAfter.map { format.byteCount(of: $0) + 1 } ?? bytes.count
    let left = faults.stalls ? min(size, cut) : cut
    let isCut = left < bytes.count
    end = !isCut ? .whole : faults.stalls ? .stalled : .cut
    pieces = stride(from: 0, to: min(left, bytes.count), by: size).map {
      Array(bytes[$0..<min($0 + size, left, bytes.count)])
    }
  }
}
