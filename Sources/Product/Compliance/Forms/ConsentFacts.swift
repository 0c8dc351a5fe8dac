internal import Domain

/// What stands for the names in ``ConsentWords``.
enum ConsentFacts {
  /// Those that every page of a form has. `{end}` is when the form can be answered no more.
  static func of(
    _ form: ConsentFormRecord, _ asker: ConsentAsker, _ words: ConsentWords
  ) -> [String: String] {
    [
      "merchant": asker.name, "address": asker.address,
      "contact": form.question.contact.isEmpty ? asker.email : form.question.contact,
      "number": form.question.phoneNumber.description, "offering": form.question.offering,
      "days": words.text(days: form.question.consentDays),
      "end": time(form.expireTime, words),
    ]
  }

  /// A moment by the clock and calendar of India.
  static func time(_ moment: Moment, _ words: ConsentWords) -> String {
    let time = IndianTime(moment)
    return ConsentLine(
      words.time,
      [
        "day": "\(time.day)", "month": words.months[time.month - 1], "year": "\(time.year)",
        "clock": IndianTime.clock(time.secondOfDay),
      ]
    ).text
  }
}
