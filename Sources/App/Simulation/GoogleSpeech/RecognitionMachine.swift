internal import Buffers

/// A request whose speech is to be recognised, and its faults.
package struct Recognition: Sendable {
  /// What was asked.
  let request: RecognitionRequest
  /// What goes wrong with it.
  let faults: RecognitionFaults
  /// What the ears are to find the words of.
  package let utterances: [Utterance]

  /// Seconds of audio, rounded up.
  var billedSeconds: Int { (request.duration.milliseconds + 999) / 1_000 }
}

/// An answer of the recogniser, and how long it is held back.
package struct RecognitionReply: Sendable, Equatable {
  /// The HTTP status.
  package let status: Int
  /// JSON, unless a fault cut it.
  package let body: [UInt8]
  /// From the call to its answer.
  package let delay: Duration
}

/// Answers calls of Speech-to-Text by key, request and faults; counts, and keeps nothing said.
///
/// A call is refused by its key, then by its body; what is left meets the faults, then the ears.
package struct RecognitionMachine: Sendable {
  /// What the owner does next.
  package enum OnCall: Sendable {
    case reply(RecognitionReply)
    /// Finds the words of the utterances and calls `heard`.
    case recognize(Recognition)
  }

  /// As error details name the API.
  private static let service = "speech.googleapis.com"

  /// The only key that is right.
  private let key: String
  /// The switches, used up as they are counted.
  private var faults: RecognitionFaults
  /// What was counted since the start.
  package private(set) var report = RecognitionReport()

  /// A machine that takes calls with `key`.
  package init(key: String, faults: RecognitionFaults) {
    self.key = key
    self.faults = faults
  }

  /// Replaces all switches.
  package mutating func setFaults(_ faults: RecognitionFaults) { self.faults = faults }

  /// Takes one call with the key `given`.
  package mutating func receive(key given: String?, body: [UInt8]) -> OnCall {
    report.requests += 1
    do throws(GoogleError) {
      let fault = GoogleError.keyFault(given: given, expected: key, of: Self.service)
      if let fault { throw fault }
      let request = try RecognitionRequest(body)
      let faults = self.faults.next()
      if let status = faults.status {
        report.failures += 1
        return .reply(Self.reply(Self.injected(status).json, status: status, faults))
      }
      return .recognize(
        Recognition(
          request: request, faults: faults, utterances: Utterance.found(in: request.samples)))
    } catch {
      report.refused += 1
      return .reply(Self.reply(error.json, status: error.code, RecognitionFaults()))
    }
  }

  /// The ears have found the words of each utterance; nil where they could not.
  package mutating func heard(_ words: [String?], in recognition: Recognition) -> RecognitionReply {
    let answer = RecognitionAnswer(
      recognition: recognition, heard: words, requestID: 4_567_890_000_000_000 + report.requests)
    let results = answer.results
    if results.isEmpty {
      report.empty += 1
    } else {
      report.recognized += 1
      report.billedSeconds += recognition.billedSeconds
    }
    return Self.reply(answer.json(results), status: 200, recognition.faults)
  }

  /// A body as its faults want it.
  private static func reply(
    _ json: JSONValue, status: Int, _ faults: RecognitionFaults
  ) -> RecognitionReply {
    let body = json.serialized()
    return RecognitionReply(
      status: status, body: faults.isMalformed ? Array(body.prefix(body.count / 2)) : body,
      delay: faults.delay)
  }

  /// What an injected failure answers.
  private static func injected(_ code: Int) -> GoogleError {
    switch code {
    case 403:
      GoogleError(
        code,
        "Cloud Speech-to-Text API has not been used in project 0 before or it is disabled.",
        details: [
          GoogleError.typed(
            "ErrorInfo",
            [
              "reason": "SERVICE_DISABLED", "domain": "googleapis.com",
              "metadata": ["service": .string(service)],
            ])
        ])
    case 429:
      GoogleError(
        code,
        "Quota exceeded for quota metric 'Requests' and limit 'Requests per minute' of service "
          + "'\(service)'.")
    case 500: GoogleError(code, "Internal error encountered.")
    case 503: GoogleError(code, "The service is currently unavailable.")
    case 504: GoogleError(code, "Deadline expired before operation could complete.")
    default: GoogleError(code, "The simulator was told to answer \(code).")
    }
  }
}
