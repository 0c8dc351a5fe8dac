package import EventLoop

/// A speech-to-speech model that another one goes on for when it fails, also in the middle of a call.
/// Safe from any task.
package struct FallbackModel: RealtimeModel {
  private let first: any RealtimeModel
  private let second: any RealtimeModel
  private let onFailure: @Sendable (SpeechError) -> Void

  /// Both want audio at the same rate. `onFailure` is told why the first was left, on the call's loop.
  package init(
    _ first: any RealtimeModel, then second: any RealtimeModel,
    onFailure: @escaping @Sendable (SpeechError) -> Void = { _ in }
  ) {
    self.first = first
    self.second = second
    self.onFailure = onFailure
  }

  package func open(
    _ setup: RealtimeSetup, on loop: EventLoop
  ) async throws -> any RealtimeSession {
    do {
      let session = try await first.open(setup, on: loop)
      return FallbackSession(session, setup: setup, then: second, on: loop, onFailure: onFailure)
    } catch let error as SpeechError where setup.mayFallBack(from: error, isReady: false) {
      onFailure(error)
      return try await second.open(setup, on: loop)
    }
  }
}

extension RealtimeSetup {
  /// A setup that is refused for good is tried with another voice first, by whoever opened the model.
  func mayFallBack(from error: SpeechError, isReady: Bool) -> Bool {
    switch error.kind {
    case .transient, .quota, .outcomeUnknown: true
    case .configuration, .permanent: isReady || fallbackVoices.isEmpty
    }
  }
}
