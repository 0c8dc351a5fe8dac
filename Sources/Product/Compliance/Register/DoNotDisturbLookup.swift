internal import Cache
package import Domain
package import Speech
internal import Telemetry

/// The register as somebody tells it who is asked number by number.
///
/// An answer is good to the end of its day in India, as an operator's own are; what could not be answered is
/// `unknown`, and asked again the next time.
package struct DoNotDisturbLookup: DoNotDisturbRegistry {
  private struct Answer: Sendable {
    let said: DoNotDisturbAnswer
    let end: Moment
  }

  private static let area = "dnd"

  private let lookup: any NumberLookup
  private let now: @Sendable () -> Moment
  private let answers = MemoryCache<Answer>(limits: .init(lifetime: .seconds(86_400)))
  private let outcomes = Dictionary(
    uniqueKeysWithValues: [DoNotDisturbStatus.clear, .blocked, .unknown].map { outcome in
      (
        outcome,
        MetricsRegistry.process.counter(
          "payaid_dnd_lookups_total",
          help: "Questions to the do-not-disturb register, by what it said.",
          labels: ["outcome": outcome.rawValue])
      )
    })

  /// Asks `lookup`.
  package init(
    _ lookup: any NumberLookup, now: @escaping @Sendable () -> Moment = { WallClock.now }
  ) {
    self.lookup = lookup
    self.now = now
  }

  package func status(of number: PhoneNumber) async -> DoNotDisturbAnswer {
    let key = CacheKey(area: Self.area, name: number.e164)
    if let kept = answers.held(key) {
      if now() < kept.end { return kept.said }
      answers.forget(key)
    }
    let status = await ask(number)
    let said = DoNotDisturbAnswer(status, at: now())
    outcomes[status]?.increment()
    if status != .unknown, case .missing(let ticket) = answers.look(key) {
      let end = IndianTime(said.time).moment(secondOfDay: 0, addingDays: 1)
      answers.put(ticket, Answer(said: said, end: end))
    }
    return said
  }

  private func ask(_ number: PhoneNumber) async -> DoNotDisturbStatus {
    do {
      guard let isRegistered = try await lookup.isRegistered(number.e164) else { return .unknown }
      return isRegistered ? .blocked : .clear
    } catch {
      // The text of an error of the vendor's names no number.
      Log("compliance").warning(
        "the do-not-disturb register could not be asked", ["error": "\(error)"])
      return .unknown
    }
  }
}
