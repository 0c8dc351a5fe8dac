internal import Buffers
internal import Voices

/// The 200 answer to a recognised request.
struct RecognitionAnswer {
  /// Marks that are left out unless they are asked for.
  private static let marks: Set<Character> = [".", ",", "?", "!", "।", ";", ":"]

  /// What is answered.
  let recognition: Recognition
  /// The words of each utterance, nil where none were found.
  let heard: [String?]
  /// As the service numbers its answers.
  let requestID: Int

  /// One for each utterance whose words are in a language of the request.
  var results: [JSONValue] {
    if recognition.faults.hidesResults { return [] }
    var results: [JSONValue] = []
    for (utterance, text) in zip(recognition.utterances, heard) {
      guard let text, let language = language(of: text) else { continue }
      results.append(result(text, language, utterance, isFirst: results.isEmpty))
    }
    return results
  }

  /// The body of the answer: without results when there are none, which then cost nothing.
  func json(_ results: [JSONValue]) -> JSONValue {
    var answer = JSONObject()
    if !results.isEmpty { answer["results"] = .array(results) }
    answer["totalBilledTime"] = .string("\(results.isEmpty ? 0 : recognition.billedSeconds)s")
    answer["requestId"] = .string(String(requestID))
    return .object(answer)
  }

  /// The first language of the request that the words may be in.
  private func language(of text: String) -> String? {
    let prefix = SpokenLanguage(of: text).rawValue + "-"
    return recognition.request.languages.first { $0.hasPrefix(prefix) }
  }

  /// One piece of the transcript; all but the first begin with a space.
  private func result(
    _ text: String, _ language: String, _ utterance: Utterance, isFirst: Bool
  ) -> JSONValue {
    let request = recognition.request
    let said = request.punctuates ? text : String(text.filter { !Self.marks.contains($0) })
    let words = said.split(separator: " ").map(String.init)
    var alternative: JSONObject = [
      "transcript": .string((isFirst ? "" : " ") + words.joined(separator: " "))
    ]
    alternative["confidence"] = confidence
    if request.timesWords || request.ratesWords {
      alternative["words"] = .array(timed(words, in: utterance.time))
    }
    return [
      "alternatives": [.object(alternative)],
      "resultEndTime": .string(Self.text(utterance.time.upperBound)),
      "languageCode": .string(language.lowercased()),
    ]
  }

  /// Nil for 0, which means that there is none.
  private var confidence: JSONValue? {
    let value = recognition.faults.confidence ?? 0.91
    return value == 0 ? nil : JSONNumber(value).map { .number($0) }
  }

  /// The words, each with its share of the time by its length.
  private func timed(_ words: [String], in time: Range<Duration>) -> [JSONValue] {
    let lengths = words.map { $0.count + 1 }
    let whole = max(1, lengths.reduce(0, +))
    let length = (time.upperBound - time.lowerBound).milliseconds
    var before = 0
    return zip(words, lengths).map { word, count in
      let start = time.lowerBound + .milliseconds(length * before / whole)
      before += count
      let end = time.lowerBound + .milliseconds(length * before / whole)
      var entry = JSONObject()
      if recognition.request.timesWords {
        entry["startTime"] = .string(Self.text(start))
        entry["endTime"] = .string(Self.text(end))
      }
      entry["word"] = .string(word)
      if recognition.request.ratesWords { entry["confidence"] = confidence }
      return .object(entry)
    }
  }

  /// A duration as protobuf writes it: whole seconds, or three digits behind the point.
  private static func text(_ time: Duration) -> String {
    let (seconds, rest) = time.milliseconds.quotientAndRemainder(dividingBy: 1_000)
    return rest == 0 ? "\(seconds)s" : "\(seconds).\(String(1_000 + rest).dropFirst())s"
  }
}
