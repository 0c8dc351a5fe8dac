/// The words by which the stand-in reads a transcript, in English, in Hindi and in Hindi in Latin
/// letters.
enum TranscriptWords {
  /// How a phrase sounds.
  enum Mood: Sendable {
    case positive
    case negative
  }

  /// A negated good word counts as bad: the longest phrase wins.
  static let moods = PhraseBook<Mood>(
    positive.map { ($0, .positive) } + negative.map { ($0, .negative) })

  /// Phrases that ask for something to be done.
  static let requests = PhraseBook<Bool>(requesting.map { ($0, true) })

  /// Good words.
  private static let positive = [
    "thank", "thanks", "thank you", "great", "happy", "good", "excellent", "perfect", "love",
    "wonderful", "helpful", "pleased", "satisfied", "nice", "awesome", "no problem",
    "धन्यवाद", "शुक्रिया", "अच्छा", "अच्छी", "अच्छे", "बढ़िया", "खुश", "शानदार", "संतुष्ट",
    "dhanyavaad", "dhanyawad", "shukriya", "accha", "achha", "badhiya", "khush",
  ]

  /// Bad words, and good ones denied.
  private static let negative = [
    "angry", "terrible", "complaint", "complain", "refund", "unhappy", "not happy", "not good",
    "not satisfied", "not helpful", "not great", "no thanks", "bad", "worst", "awful", "horrible",
    "disappointed", "useless", "annoyed", "upset", "frustrated", "broken", "wrong", "problem",
    "unacceptable", "pathetic",
    "बेकार", "नाराज़", "नाराज", "शिकायत", "खराब", "ख़राब", "गुस्सा", "घटिया", "परेशान", "समस्या",
    "खुश नहीं", "अच्छा नहीं", "अच्छी नहीं", "संतुष्ट नहीं", "रिफंड",
    "bekaar", "bekar", "naraaz", "naraz", "shikayat", "kharab", "gussa", "khush nahi",
    "accha nahi", "achha nahi",
  ]

  /// Words of requests.
  private static let requesting = [
    "cancel", "cancelled", "refund", "refunded", "call back", "call me back", "callback",
    "replace", "replacement", "escalate",
    "रद्द", "कैंसल", "रिफंड", "वापस कॉल", "कॉल बैक", "wapas call", "radd",
  ]
}
