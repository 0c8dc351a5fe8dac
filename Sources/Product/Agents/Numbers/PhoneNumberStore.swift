internal import Domain
internal import Postgres
internal import Speech
internal import VoiceAPI

/// All SQL of rented numbers. Every function runs in the caller's transaction, which names the
/// merchant.
enum PhoneNumberStore {
  private static let columns: Query = """
    phone_numbers.phone_number, phone_numbers.state, phone_numbers.carrier_id,
    phone_numbers.display_name, phone_numbers.line_type, phone_numbers.region,
    phone_numbers.monthly_rent, phone_numbers.create_time,
    (SELECT agents.agent_id FROM agents WHERE agents.phone_number = phone_numbers.phone_number
      AND agents.state <> 'deleted') AS agent_id
    """

  /// The merchant's number; `nil` when it is not the merchant's.
  static func find(
    _ number: String, _ transaction: Transaction
  ) async throws -> PhoneNumberRow? {
    try await transaction.query(
      "SELECT \(columns) FROM phone_numbers WHERE phone_number = \(number)"
    ).first.map(PhoneNumberRow.init)
  }

  /// At most `limit` of the merchant's numbers after `cursor`, in their order.
  static func page(
    after cursor: String?, limit: Int, merchant: MerchantID, _ transaction: Transaction
  ) async throws -> [PhoneNumberRow] {
    try await transaction.query(
      """
      SELECT \(columns) FROM phone_numbers
      WHERE merchant_id = \(merchant.text) AND phone_number > \(cursor ?? "")
      ORDER BY phone_number LIMIT \(limit)
      """
    ).map(PhoneNumberRow.init)
  }

  /// Notes that a number is about to be bought; `nil` when somebody rents it. One that another
  /// merchant's agent has violates `phone_numbers_agent_is_own`.
  static func reserve(
    _ number: String, displayName: String, merchant: MerchantID, _ transaction: Transaction
  ) async throws -> PhoneNumberRow? {
    try await transaction.query(
      """
      INSERT INTO phone_numbers (phone_number, merchant_id, state, display_name)
      VALUES (\(number), \(merchant.text), 'buying', \(displayName))
      ON CONFLICT DO NOTHING RETURNING \(columns)
      """
    ).first.map(PhoneNumberRow.init)
  }

  /// Notes what the carrier said of a number that was bought.
  static func activate(
    _ bought: CarrierNumber, _ transaction: Transaction
  ) async throws -> PhoneNumberRow? {
    try await transaction.query(
      """
      UPDATE phone_numbers SET state = 'active', carrier_id = \(bought.id),
        line_type = \(bought.type?.rawValue), region = \(bought.region ?? ""),
        monthly_rent = \(bought.rent?.micros)
      WHERE phone_number = \(bought.number) AND state = 'buying' RETURNING \(columns)
      """
    ).first.map(PhoneNumberRow.init)
  }

  /// Moves a number that is ours between `active` and `releasing`.
  static func move(
    _ number: String, to state: PhoneNumberRow.State, _ transaction: Transaction
  ) async throws {
    try await transaction.execute(
      "UPDATE phone_numbers SET state = \(state) WHERE phone_number = \(number)")
  }

  /// Forgets a number that was not bought after all, or was given back.
  static func delete(_ number: String, _ transaction: Transaction) async throws {
    try await transaction.execute("DELETE FROM phone_numbers WHERE phone_number = \(number)")
  }

  /// Takes the number from the merchant's agents other than `agent`; those that had it.
  static func take(
    _ number: String, fromAllBut agent: AgentID?, _ transaction: Transaction
  ) async throws -> [Payaid.Voice.V1.Agent] {
    try await transaction.query(
      """
      UPDATE agents SET phone_number = NULL, revision = revision + 1, update_time = now()
      WHERE phone_number = \(number) AND agent_id <> \(agent?.text ?? "") AND state <> 'deleted'
      RETURNING \(AgentStore.columns)
      """
    ).map(AgentRow.agent)
  }

  /// Gives the number to `agent`, as it then is; `nil` when it had it already or there is none.
  static func give(
    _ number: String, to agent: AgentID, _ transaction: Transaction
  ) async throws -> Payaid.Voice.V1.Agent? {
    try await transaction.query(
      """
      UPDATE agents SET phone_number = \(number), revision = revision + 1, update_time = now()
      WHERE agent_id = \(agent.text) AND state <> 'deleted'
        AND phone_number IS DISTINCT FROM \(number)
      RETURNING \(AgentStore.columns)
      """
    ).first.map(AgentRow.agent)
  }
}
