internal import Accounts
internal import ArgumentParser
internal import Domain
internal import FoundationEssentials
internal import TLS

/// Who decides something about a merchant, and what that rests on.
struct DecisionOptions: ParsableArguments {
  @Option(
    help: """
      Your address, which stays in the merchant's audit log and the merchant reads there. Nobody decides about a \
      merchant that they belong to.
      """)
  var by: String
  @Option(help: "Why; the merchant reads it.") var reason = ""
  @Option(help: "What it rests on: document, register or manual.") var method = "manual"
  @Option(help: "A file of what was looked at; its SHA-256 is kept.") var evidence: String?
  @Option(help: "For how many days it holds.") var days = 365

  static let reviewerIsTheMerchants =
    "the reviewer belongs to this merchant; somebody else must decide"

  /// The decision that the options make; a refusal needs a reason.
  func checked(isRefusal: Bool) throws -> OperatorDecision {
    guard (1...366).contains(days) else { throw ValidationError("--days must be 1 to 366") }
    guard !isRefusal || !reason.isEmpty else { throw ValidationError("--reason is needed") }
    guard reason.unicodeScalars.count <= 500 else {
      throw ValidationError("--reason has more than 500 characters")
    }
    guard let reviewer = EmailAddress.normalized(by) else {
      throw ValidationError("--by must be name@example.in")
    }
    guard let method = OperatorDecision.Method(rawValue: method) else {
      throw ValidationError("--method must be document, register or manual")
    }
    return OperatorDecision(
      by: reviewer, method: method, reason: reason,
      evidence: try evidence.map { Digest.sha256(try BundleFolder.read($0)) })
  }
}

/// What becomes of something that a merchant submitted, by whom, and what that rests on.
struct ReviewOptions: ParsableArguments {
  @Flag(help: "Reject it; needs --reason.") var reject = false
  @Flag(
    help: "Take an approval back, at once on every server, or give none; needs --reason.")
  var suspend = false
  @OptionGroup var decision: DecisionOptions

  func validate() throws {
    guard !(reject && suspend) else {
      throw ValidationError("--reject and --suspend exclude each other")
    }
  }

  var verdict: OperatorDecision.Verdict {
    if reject { return .rejected }
    return suspend ? .suspended : .approved(for: .seconds(decision.days * 86_400))
  }

  /// The decision that the options make.
  func checked() throws -> OperatorDecision { try decision.checked(isRefusal: reject || suspend) }

  /// What to print of the verdict.
  var text: String {
    verdict.duration == nil ? verdict.name : "\(verdict.name) for \(decision.days) days"
  }
}
