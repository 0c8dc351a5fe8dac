package import Audio

/// The media connection of one call. Loop-confined: every member is used on the leg's loop.
///
/// Events that arrive before `onEvent` is set are kept and delivered when it is.
package protocol CarrierLeg: AnyObject {
  /// The rate of audio in both directions.
  var rate: SampleRate { get }
  var onEvent: ((CarrierLegEvent) -> Void)? { get set }
  /// Queues audio behind what is queued already; the leg paces it to real time. The frame has `rate`.
  func sendAudio(_ frame: PCMFrame)
  /// The end of a piece of speech: sends a short remainder now, padded, instead of waiting for more.
  func flushAudio()
  /// Asks for `.mark(name)` once all audio queued before it has been played to the caller.
  func mark(_ name: String)
  /// Drops audio not yet played, here and at the carrier; marks pending at that time may never come.
  func clear()
  /// Ends the call by closing the connection; `.stopped` follows, once. Queued audio is not sent.
  func hangUp()
}

/// What happens on a carrier leg.
package enum CarrierLegEvent: Sendable, Equatable {
  case started(CarrierLegStart)
  /// Caller audio at the leg's rate. `sentAt` is the sender's own time of it, which counts from any
  /// origin and does not stop when the line does; nil when the sender tells none.
  case audio(PCMFrame, sentAt: Duration? = nil)
  case dtmf(String)
  /// Everything queued before the mark has been played.
  case mark(String)
  /// A chunk was handed to the carrier; its last `padding` samples are silence the leg added.
  case audioSent(PCMFrame, padding: Int)
  /// The last event of a leg.
  case stopped(CarrierLegEnd)
}

/// What the carrier says about the call when its media starts. `from` and `to` are personal data.
package struct CarrierLegStart: Sendable, Equatable {
  package var carrierCallID: CarrierCallID
  package var streamID: String
  package var from: String
  package var to: String
  package var parameters: [String: String]

  package init(
    carrierCallID: CarrierCallID, streamID: String, from: String = "", to: String = "",
    parameters: [String: String] = [:]
  ) {
    self.carrierCallID = carrierCallID
    self.streamID = streamID
    self.from = from
    self.to = to
    self.parameters = parameters
  }
}

/// Why a leg ended.
package enum CarrierLegEnd: Sendable, Equatable {
  case callerHungUp
  case weHungUp
  /// The connection broke without a word.
  case lost
  /// The peer broke the protocol; the text names the rule, without content.
  case protocolViolation(String)
}
