/// Words that are in every text and every question, as `ContentWords` folds them.
enum StopWords {
  /// English and Hindi together: no word of one is a telling word of the other.
  static let all: Set<String> = english.union(hindi)

  /// Articles, pronouns, auxiliaries, question words, courtesies.
  private static let english: Set<String> = [
    "about", "all", "also", "am", "an", "and", "any", "are", "as", "at", "be", "been", "but", "by",
    "can", "could", "did", "do", "does", "for", "from", "had", "has", "have", "he", "hello", "her",
    "his", "how", "if", "in", "into", "is", "it", "its", "just", "know", "let", "like", "ll", "may",
    "me", "might", "my", "no", "not", "of", "on", "or", "our", "out", "please", "shall", "she",
    "should", "so", "some", "tell", "than", "that", "the", "their", "them", "then", "there",
    "these", "they", "this", "those", "to", "up", "us", "ve", "want", "was", "we", "were", "what",
    "when", "where", "which", "who", "why", "will", "with", "would", "yes", "you", "your",
  ]

  /// Postpositions, pronouns, auxiliaries, question words, courtesies.
  private static let hindi: Set<String> = [
    "अगर", "अपना", "अपनी", "अपने", "आप", "आपका", "आपकी", "आपके", "इस", "इसका", "इसकी", "इसके",
    "उन", "उस", "उसका", "उसकी", "उसके", "एक", "और", "कब", "करता", "करती", "करते", "करना", "करने",
    "कर", "कहां", "का", "कि", "किन", "किस", "की", "के", "को", "कृपया", "कैसे", "कोई", "कौन",
    "क्या", "क्यों", "गया", "गई", "गए", "जी", "जो", "तक", "तो", "था", "थी", "थे", "नहीं", "ने",
    "पर", "बताइए", "भी", "मुझे", "में", "मेरा", "मेरी", "मेरे", "मैं", "यदि", "यह", "या", "ये", "लिए",
    "वह", "वे", "वाला", "वाली", "वाले", "सकता", "सकती", "सकते", "से", "हम", "हमारा", "हमारी",
    "हमारे", "हां", "ही", "हूं", "है", "हैं", "हो", "होगा", "होता", "होती", "होते",
  ]
}
