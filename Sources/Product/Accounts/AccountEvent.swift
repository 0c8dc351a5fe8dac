package import Domain
package import Postgres

/// A change that what processes remember of callers must follow at once (LISTEN/NOTIFY).
package enum AccountEvent: Sendable, Hashable {
  /// A key was revoked, or its end changed.
  case key(String)
  /// A session ended.
  case session(SessionID)
  /// A user's role changed, or they were removed, or all their sessions ended.
  case user(UserID)
  /// A merchant's state or origins changed.
  case merchant(MerchantID)

  static let channel = "payaid_accounts"

  /// Reads what ``text`` wrote.
  init?(_ text: String) {
    if let id = SessionID(text) {
      self = .session(id)
    } else if let id = UserID(text) {
      self = .user(id)
    } else if let id = MerchantID(text) {
      self = .merchant(id)
    } else if text.hasPrefix(APIKey.idPrefix) {
      self = .key(text)
    } else {
      return nil
    }
  }

  /// An id says by its prefix what it is of.
  var text: String {
    switch self {
    case .key(let id): id
    case .session(let id): id.text
    case .user(let id): id.text
    case .merchant(let id): id.text
    }
  }

  /// Tells every process, when `transaction` is committed.
  package func announce(_ transaction: Transaction) async throws {
    _ = try await transaction.query("SELECT pg_notify(\(Self.channel), \(text))")
  }
}
