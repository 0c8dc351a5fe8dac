/// Civil time in India (UTC+05:30) as Exotel writes it.
package enum IndianTime {
  private static let offset = 19_800

  /// `YYYY-MM-DD HH:mm:ss` of seconds since 1970.
  package static func text(_ unixSeconds: Int) -> String {
    let local = unixSeconds + offset
    let days = Int((Double(local) / 86_400).rounded(.down))
    let second = local - days * 86_400
    let (year, month, day) = civil(days: days)
    let date = "\(year)-\(pad(month))-\(pad(day))"
    return date + " \(pad(second / 3_600)):\(pad(second / 60 % 60)):\(pad(second % 60))"
  }

  /// Seconds since 1970 of `YYYY-MM-DD` or `YYYY-MM-DD HH:mm:ss`; nil for anything else.
  package static func unixSeconds(_ text: String) -> Int? {
    let fields = text.split { "-: ".contains($0) }.map { Int($0) }
    guard fields.count == 3 || fields.count == 6, !fields.contains(nil) else { return nil }
    let numbers = fields.compactMap { $0 } + [0, 0, 0]
    guard (1...12).contains(numbers[1]), (1...31).contains(numbers[2]), numbers[3] < 24,
      numbers[4] < 60, numbers[5] < 61
    else { return nil }
    let days = days(year: numbers[0], month: numbers[1], day: numbers[2])
    return days * 86_400 + numbers[3] * 3_600 + numbers[4] * 60 + numbers[5] - offset
  }

  private static func pad(_ number: Int) -> String {
    number < 10 ? "0\(number)" : String(number)
  }

  /// Gregorian date of a day count from 1970-01-01, by the era method.
  private static func civil(days: Int) -> (Int, Int, Int) {
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }

  private static func days(year: Int, month: Int, day: Int) -> Int {
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = shiftedYear / 400
    let yearOfEra = shiftedYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }
}
