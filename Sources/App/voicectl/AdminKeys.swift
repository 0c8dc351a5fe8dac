internal import ArgumentParser
internal import Domain
internal import Jobs
internal import Postgres

/// `voicectl admin keys`: master keys that lie in the database, wrapped by KMS. This program never
/// sees one: servers make them, and move what is sealed.
struct AdminKeys: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys", abstract: "Shows and rotates the master keys that KMS wraps.",
    subcommands: [List.self, Rotate.self], defaultSubcommand: List.self)

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Shows each key, and how much has moved to it.")

    func run() async throws {
      let lines = try await OperatorDatabase.transaction { transaction in
        let rows = try await transaction.query(
          """
          SELECT format('key %s %s %s, wrapped by %s', number,
            CASE WHEN active_time > now() THEN 'seals from' ELSE 'seals since' END,
            to_char(active_time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), wrapping_key)
            || CASE WHEN number = 1 OR active_time > now() THEN ''
               WHEN resealed_time IS NULL THEN E'\\n  values are left under older keys'
               ELSE to_char(resealed_time AT TIME ZONE 'UTC',
                 E'"\\n  no value is left under an older key since "YYYY-MM-DD"T"HH24:MI:SS"Z"')
               END
            || coalesce((SELECT string_agg(format(E'\\n  %-20s %s moved, %s cannot be opened%s',
                 area, moved, lost, CASE WHEN is_over THEN '' ELSE ', at ' || last_id END), ''
                 ORDER BY area) FROM key_reseals r WHERE r.number = k.number), '') AS line
          FROM master_keys k ORDER BY number
          """)
        return try rows.map { try $0.decode("line", as: String.self) }
      }
      for line in lines { Output.line(line) }
      if lines.isEmpty { Output.line("no master key of this database is wrapped by KMS") }
    }
  }

  struct Rotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Has a server make a new master key, and all that is sealed move to it.",
      discussion: """
        Old keys stay to open what is not moved yet, and for good what may not change: the key that \
        signs audit logs, and digests. Answers kept for repeated requests go within a day.
        """)

    @Option(help: "Seconds until it seals; every running server has to learn of it before.")
    var after = Int(KeyRotation.defaultDelay.components.seconds)

    func validate() throws {
      guard (0...86_400).contains(after) else {
        throw ValidationError("--after must be 0 to 86400")
      }
    }

    func run() async throws {
      let delay = Duration.seconds(after)
      let last = try await OperatorDatabase.transaction { transaction in
        let last = try await MasterKeyStore.newest(transaction)
        if let last {
          try await KeyRotation.queue.enqueue(
            KeyRotation(after: last, delay: delay), uniqueKey: "\(last)", maxAttempts: 5,
            transaction)
        }
        return last
      }
      guard let last else {
        throw CommandFailure(
          description: "no master key of this database is wrapped by KMS: set VOICE_KMS_KEY first")
      }
      Output.line("a server makes master key \(last + 1), which seals \(after) s later")
    }
  }
}
