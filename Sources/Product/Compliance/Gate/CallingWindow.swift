internal import Domain

/// The part of the day, in India, in which calls of a kind are held. Its end is outside.
struct CallingWindow: Sendable {
  /// Hours of the day.
  let opens: Int
  let closes: Int

  /// In the last minutes nothing is dialled any more: such a call would hardly be over in time.
  private static let margin = 600

  /// What it says of a call that is dialled at `moment`; `what` are the calls that it is for.
  func answer(at moment: Moment, _ what: String) -> GateAnswer {
    let local = IndianTime(moment)
    let (first, end) = (opens * 3_600, closes * 3_600)
    let hours = "from \(IndianTime.clock(first)) to \(IndianTime.clock(end)) IST"
    switch local.secondOfDay {
    case ..<first:
      return .failUntil(
        "OUTSIDE_HOURS: \(what) are made \(hours)", local.moment(secondOfDay: first))
    case first..<(end - Self.margin):
      return .pass
    case ..<end:
      return .failUntil(
        "TOO_CLOSE_TO_END: \(what) are made \(hours), the last ones 10 minutes before the end",
        local.moment(secondOfDay: first, addingDays: 1))
    default:
      return .failUntil(
        "OUTSIDE_HOURS: \(what) are made \(hours)",
        local.moment(secondOfDay: first, addingDays: 1))
    }
  }

  /// When it ends on the day of `moment`.
  func end(at moment: Moment) -> Moment {
    IndianTime(moment).moment(secondOfDay: closes * 3_600)
  }
}
