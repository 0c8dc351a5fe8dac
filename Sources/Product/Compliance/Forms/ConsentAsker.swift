internal import Postgres

/// Who asks, as a page names them.
struct ConsentAsker: Sendable {
  /// The name in the register; the account's where none was said.
  let name: String
  /// Registered address; may be empty.
  let address: String
  /// Whom to write to, where a form names nobody else.
  let email: String
  /// Whether it may ask at all.
  let isActive: Bool

  static let columns: Query = """
    coalesce(nullif(m.kyc->>'legalName', ''), m.name) AS asker,
    coalesce(m.kyc->>'registeredAddress', '') AS address, m.email, m.state = 'active' AS is_active
    """

  init(name: String, address: String, email: String, isActive: Bool = true) {
    self.name = name
    self.address = address
    self.email = email
    self.isActive = isActive
  }

  init(_ row: Row) throws {
    name = try row.decode("asker")
    address = try row.decode("address")
    email = try row.decode("email")
    isActive = try row.decode("is_active")
  }
}
