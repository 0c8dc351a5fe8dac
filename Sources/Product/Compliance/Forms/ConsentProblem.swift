/// Why an answer had no effect.
enum ConsentProblem: Sendable, Hashable, CaseIterable {
  /// There is no form that can be answered under the link.
  case noForm
  /// Allowed, but no box ticked.
  case nothingTicked
  /// The page that was answered has another text than it would have now.
  case changed
  /// The person opted out meanwhile, so nobody may ask.
  case cooling
  /// The request is none of the page's.
  case malformed
  /// Too many requests from one address.
  case busy
  /// The server's own trouble.
  case trouble
}
