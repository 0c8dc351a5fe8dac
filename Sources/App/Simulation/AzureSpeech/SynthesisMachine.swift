package import Buffers

/// Answers calls for speech by key, headers, markup and faults; counts, and keeps the last documents
/// for tests to look at.
///
/// A call is refused by its key, then by its headers and its markup; what is left meets the faults.
package struct SynthesisMachine: Sendable {
  /// What the owner does next.
  package enum OnCall: Sendable {
    case reply(SynthesisReply)
    /// Has the words spoken, and sends `stream(of:)`.
    case speak(Synthesis)
  }

  /// Documents that are kept.
  private static let capacity = 50

  /// The only key that is right.
  private let key: String
  /// The switches, used up as they are counted.
  private var faults: SynthesisFaults
  /// Tokens that stand for the key.
  private var tokens = TokenStock()
  /// Documents that came with a right key: the text, its format, the status it got.
  private var documents: [JSONValue] = []
  /// What was counted since the start.
  package private(set) var report = SynthesisReport()

  /// A machine that takes calls with `key`, or with a token issued for it.
  package init(key: String, faults: SynthesisFaults) {
    self.key = key
    self.faults = faults
  }

  /// Replaces all switches.
  package mutating func setFaults(_ faults: SynthesisFaults) { self.faults = faults }

  /// `GET /sim/ssml`.
  package var ssml: JSONValue { ["documents": .array(documents)] }

  /// `POST /sts/v1.0/issueToken`: a token for the right key.
  package mutating func issueToken(key given: String?, at now: Duration) -> SynthesisReply {
    guard given == key else { return Self.denied }
    report.tokens += 1
    return SynthesisReply(status: 200, text: tokens.issue(at: now))
  }

  /// Why a call of the voice list is turned away; nil when it is not.
  package func listFault(key given: String?, authorization: String?, at now: Duration)
    -> SynthesisReply?
  {
    isKnown(given, authorization, at: now) ? nil : Self.denied
  }

  /// Takes one call for speech.
  package mutating func receive(_ call: SynthesisCall, at now: Duration) -> OnCall {
    report.requests += 1
    guard isKnown(call.key, call.authorization, at: now) else {
      report.refused += 1
      return .reply(Self.denied)
    }
    report.add(documentSize: call.body.count)
    do throws(SynthesisError) {
      let (format, markup) = try call.read()
      let faults = self.faults.next()
      if let status = faults.status {
        report.failures += 1
        keep(call, status)
        return .reply(
          SynthesisReply(
            status: status, text: "The simulator was told to answer \(status).",
            delay: faults.delay))
      }
      report.add(markup)
      keep(call, 200)
      return .speak(
        Synthesis(markup: markup, format: format, calledAt: now, faults: faults))
    } catch {
      report.refused += 1
      keep(call, error.status)
      return .reply(SynthesisReply(status: error.status, text: error.message))
    }
  }

  /// A key of its own, or a token.
  private func isKnown(_ given: String?, _ authorization: String?, at now: Duration) -> Bool {
    if let given { return given == key }
    guard let authorization, authorization.hasPrefix("Bearer ") else { return false }
    return tokens.holds(String(authorization.dropFirst(7)), at: now)
  }

  /// Remembers a document and how it was answered.
  private mutating func keep(_ call: SynthesisCall, _ status: Int) {
    documents.append([
      "ssml": .string(String(decoding: call.body, as: UTF8.self)),
      "format": call.format.map { .string($0) } ?? .null, "status": .int(status),
    ])
    if documents.count > Self.capacity { documents.removeFirst() }
  }

  /// For a wrong key, and none.
  private static let denied = SynthesisReply(
    status: 401,
    text: "Access denied due to invalid subscription key or wrong API endpoint. Make sure to "
      + "provide a valid key for an active subscription and use a correct regional API endpoint "
      + "for your resource.")
}
