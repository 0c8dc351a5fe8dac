package import Buffers

/// What goes wrong in Live sessions, by `POST /sim/faults` under `gemini` or in a call script.
package struct LiveFaults: Sendable, Equatable {
  /// When an injected close happens.
  package enum Moment: Sendable, Equatable {
    case beforeSetup
    /// In the middle of the audio of the n-th turn, from 1.
    case inTurn(Int)
    case after(Duration)
  }

  package var setupDelay: Duration = .milliseconds(150)
  /// `setupComplete` never comes.
  package var swallowsSetup = false
  /// From the end of speech as the detector sees it to the first audio.
  package var thinking: Duration = .milliseconds(250)
  /// Audio is sent this many times faster than real time.
  package var speed = 3
  /// From this turn on, counted from 1, nothing is answered.
  package var stallsFromTurn: Int?
  /// Turns are answered with audio too soft to hear.
  package var whispers = false
  /// A turn without any content, then `turnComplete`.
  package var emptyTurns = false
  /// The connection's life; `goAway` comes `notice` before its end.
  package var lifetime: Duration = .seconds(600)
  package var notice: Duration = .seconds(50)
  package var close: LiveClose?
  package var closeMoment: Moment = .beforeSetup
  /// The WebSocket upgrade is refused with this HTTP status.
  package var upgradeStatus: Int?
  /// Resumption handles are refused with 1008.
  package var forgetsHandles = false

  package init() {}

  private static let members: Set<String> = [
    "setup_delay_ms", "swallow_setup", "thinking_ms", "speed", "stall_from_turn", "whisper",
    "empty_turns", "lifetime_ms", "notice_ms", "close", "close_code", "close_reason",
    "close_before_setup", "close_in_turn", "close_after_ms", "upgrade_status", "forget_handles",
  ]

  /// Reads the switches of a fault object; those it does not name are off.
  package init(_ value: JSONValue) throws(SimulationError) {
    let reader = try MemberReader(value, .invalidFault, in: "gemini")
    try reader.allow(only: Self.members)
    setupDelay = try reader.duration("setup_delay_ms") ?? setupDelay
    swallowsSetup = try reader.flag("swallow_setup") ?? false
    thinking = try reader.duration("thinking_ms") ?? thinking
    speed = try reader.number("speed", in: 1...20) ?? speed
    stallsFromTurn = try reader.number("stall_from_turn", in: 1...1_000)
    whispers = try reader.flag("whisper") ?? false
    emptyTurns = try reader.flag("empty_turns") ?? false
    lifetime = try reader.duration("lifetime_ms") ?? lifetime
    notice = try reader.duration("notice_ms") ?? min(notice, lifetime / 2)
    upgradeStatus = try reader.number("upgrade_status", in: 400...599)
    forgetsHandles = try reader.flag("forget_handles") ?? false
    close = try Self.close(reader)
    closeMoment = try Self.moment(reader)
  }

  private static func close(_ reader: MemberReader) throws(SimulationError) -> LiveClose? {
    if let code = try reader.number("close_code", in: 1_000...4_999) {
      return LiveClose(UInt16(code), try reader.text("close_reason") ?? "")
    }
    guard let name = try reader.text("close") else { return nil }
    guard let close = LiveClose.named[name] else {
      let names = LiveClose.named.keys.sorted().joined(separator: ", ")
      throw SimulationError(.invalidFault, "gemini.close must be one of \(names)")
    }
    return close
  }

  private static func moment(_ reader: MemberReader) throws(SimulationError) -> Moment {
    if let turn = try reader.number("close_in_turn", in: 1...1_000) { return .inTurn(turn) }
    if let time = try reader.duration("close_after_ms") { return .after(time) }
    return .beforeSetup
  }
}
