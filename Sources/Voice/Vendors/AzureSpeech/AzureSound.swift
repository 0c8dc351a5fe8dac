internal import Audio
internal import Synchronization

/// Turns a body that comes in pieces into frames; keeps half a sample between two of them. Pieces come
/// one at a time, from any thread.
final class AzureSound: Sendable {
  /// Of what every request asks for.
  static let rate = SampleRate.wideband

  private let onAudio: @Sendable (PCMFrame) -> Void
  private let state = Mutex<(carry: UInt8?, hasSaid: Bool)>((nil, false))

  init(onAudio: @escaping @Sendable (PCMFrame) -> Void) { self.onAudio = onAudio }

  /// Whether any sound was given.
  var hasSaid: Bool { state.withLock { $0.hasSaid } }

  func take(_ piece: [UInt8]) {
    if let frame = frame(piece) { onAudio(frame) }
  }

  private func frame(_ piece: [UInt8]) -> PCMFrame? {
    state.withLock { state in
      var bytes = piece
      if let first = state.carry { bytes.insert(first, at: 0) }
      state.carry = bytes.count.isMultiple(of: 2) ? nil : bytes.removeLast()
      guard let frame = PCMFrame(littleEndian: bytes, rate: Self.rate), !frame.isEmpty else {
        return nil
      }
      state.hasSaid = true
      return frame
    }
  }
}
