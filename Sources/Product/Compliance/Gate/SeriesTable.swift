internal import Domain
internal import VoiceAPI

/// Who may, or must, call from a series. What the series mean moves, so this is data.
struct SeriesRow: Sendable {
  typealias Sector = MerchantStanding.Sector

  enum Effect: Sendable, Hashable {
    /// These sectors may call from it.
    case allowed
    /// They may call from nothing else, but to promote.
    case required
  }

  let series: CallerSeries
  let effect: Effect
  let sectors: Set<Sector>
  let effectiveFrom: Moment
  let effectiveTo: Moment?
  /// The instrument it comes from.
  let source: String

  init(
    _ series: CallerSeries, _ effect: Effect, _ sectors: Set<Sector>, from: Moment,
    to: Moment? = nil, source: String
  ) {
    self.series = series
    self.effect = effect
    self.sectors = sectors
    effectiveFrom = from
    effectiveTo = to
    self.source = source
  }
}

/// All that is known of the series 1600 and 1601.
enum SeriesTable {
  typealias Sector = MerchantStanding.Sector

  private static let memorandum = "DoT memorandum of May 2024"
  private static let adoption = "TRAI direction of 19 November 2025"
  private static let insurers = "TRAI direction of 17 December 2025"
  private static let utilities = "TRAI direction of 10 August 2026"

  /// Supervised by RBI, SEBI and PFRDA.
  private static let financial: Set<Sector> = [
    .commercialBank, .smallBank, .cooperativeBank, .largeNbfc, .nbfc, .mutualFund, .pension,
    .stockbroker, .securities,
  ]

  static let rows: [SeriesRow] = [
    SeriesRow(
      .supervised, .allowed, [.publicBody], from: IndianTime.midnight(2024, 5, 1),
      source: memorandum),
    SeriesRow(
      .supervised, .allowed, financial, from: IndianTime.midnight(2025, 11, 19), source: adoption),
    SeriesRow(
      .supervised, .allowed, [.insurance], from: IndianTime.midnight(2025, 12, 17),
      source: insurers),
    SeriesRow(
      .supervised, .required, [.commercialBank], from: IndianTime.midnight(2026, 1, 1),
      source: adoption),
    SeriesRow(
      .supervised, .required, [.largeNbfc, .smallBank], from: IndianTime.midnight(2026, 2, 1),
      source: adoption),
    SeriesRow(
      .supervised, .required, [.mutualFund, .pension], from: IndianTime.midnight(2026, 2, 15),
      source: adoption),
    SeriesRow(
      .supervised, .required, [.insurance], from: IndianTime.midnight(2026, 2, 15),
      source: insurers),
    SeriesRow(
      .supervised, .required, [.nbfc, .cooperativeBank], from: IndianTime.midnight(2026, 3, 1),
      source: adoption),
    SeriesRow(
      .supervised, .required, [.stockbroker], from: IndianTime.midnight(2026, 3, 15),
      source: adoption),
    SeriesRow(
      .verified, .allowed, financial.union([.insurance]), from: IndianTime.midnight(2024, 5, 1),
      to: IndianTime.midnight(2026, 8, 10), source: memorandum),
    SeriesRow(
      .verified, .allowed, [.utility, .logistics], from: IndianTime.midnight(2026, 8, 10),
      source: utilities),
  ]

  /// The row of that effect that is in force for a sector; `nil` when there is none.
  static func row(
    _ series: CallerSeries, _ effect: SeriesRow.Effect, _ sector: Sector, at moment: Moment
  ) -> SeriesRow? {
    rows.first {
      $0.series == series && $0.effect == effect && $0.sectors.contains(sector)
        && $0.effectiveFrom <= moment && $0.effectiveTo.map { moment < $0 } ?? true
    }
  }
}
