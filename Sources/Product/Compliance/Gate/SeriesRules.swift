internal import Domain
internal import VoiceAPI

/// The rules of which series a call may come from. Numbers of no series are not for advertising; for
/// service calls of sectors that have no series nothing is settled, so that they pass.
enum SeriesRules {
  /// When advertising from other numbers was forbidden.
  static let secondAmendment = IndianTime.midnight(2025, 2, 12)
  private static let memorandum = IndianTime.midnight(2024, 5, 1)

  static let all: [GateRule<GateInput>] = [
    GateRule(
      "SERIES_PROMOTIONAL", source: "TCCCPR 2018, second amendment", from: secondAmendment
    ) { input in
      guard let series = input.series, input.isPromotional else { return .notApplicable }
      return series == .promotional
        ? .pass : .fail("promotional calls, and those nobody classified, go out from 140 only")
    },
    GateRule(
      "SERIES_SERVICE", source: "TCCCPR 2018, number series", from: GateRules.tcccpr
    ) { input in
      guard let series = input.series, !input.isPromotional else { return .notApplicable }
      return series == .promotional
        ? .fail("only promotional calls go out from 140") : .pass
    },
    GateRule(
      "SERIES_1600", source: "TRAI directions on the series 1600", from: memorandum, supervised),
    GateRule(
      "SERIES_1601", source: "TRAI directions on the series 1601", from: memorandum, verified),
  ]

  /// What is not promotional goes out from 1600 where the sector must, and elsewhere only where it may.
  @Sendable private static func supervised(_ input: GateInput) -> GateAnswer {
    guard let series = input.series, !input.isPromotional else { return .notApplicable }
    let (sector, now) = (input.merchant.sector, input.now)
    if let row = SeriesTable.row(.supervised, .required, sector, at: now), series != .supervised {
      return .fail(
        "SERIES_1600_REQUIRED: calls of the merchant's sector go out from 1600, by \(row.source)")
    }
    guard series == .supervised else { return .notApplicable }
    return SeriesTable.row(.supervised, .allowed, sector, at: now) != nil
      ? .pass : .fail("SERIES_1600_NOT_ALLOWED: the merchant's sector has no part in 1600")
  }

  /// From 1601 nobody advertises, and only some sectors call.
  @Sendable private static func verified(_ input: GateInput) -> GateAnswer {
    guard input.series == .verified else { return .notApplicable }
    if input.isPromotional { return .fail("nothing is promoted from 1601") }
    let row = SeriesTable.row(.verified, .allowed, input.merchant.sector, at: input.now)
    return row != nil ? .pass : .fail("the merchant's sector has no part in 1601")
  }
}

extension GateInput {
  /// That of the number to call from; `nil` without one.
  fileprivate var series: CallerSeries? { callerID.map(CallerSeries.init) }
}
