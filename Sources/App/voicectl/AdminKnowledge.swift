internal import ArgumentParser
internal import Postgres

/// `voicectl admin knowledge`.
struct AdminKnowledge: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "knowledge",
    abstract: "Shows which models and indexes have the documents, and which the servers want.",
    discussion: """
      After a change of GEMINI_EMBEDDING_MODEL documents move once all servers want the same. A job does it, \
      knowledge.move of `admin jobs`. What a version before sealed texts kept plain is sealed by knowledge.seal.
      """)

  func run() async throws {
    let lines = try await OperatorDatabase.transaction { transaction in
      let rows = try await transaction.query(
        """
        (SELECT format('wanted  %-50s by %s servers', placement, count(*)) AS line
         FROM knowledge_servers WHERE seen_time > now() - interval '3 minutes'
         GROUP BY placement ORDER BY placement)
        UNION ALL
        (SELECT format('found   %-50s %s documents, %s passages, of %s agents', placement, count(*),
           sum(passages), count(DISTINCT agent_id)) AS line
         FROM knowledge_documents WHERE state = 'ready' GROUP BY placement ORDER BY placement)
        UNION ALL
        (SELECT format('next    %-50s %s passages have a vector already', next_space, count(*)) AS line
         FROM knowledge_passages WHERE next_space IS NOT NULL GROUP BY next_space)
        UNION ALL
        (SELECT format('plain   %s documents are not sealed yet', count(*)) AS line
         FROM knowledge_documents WHERE text_key IS NULL AND state = 'ready' HAVING count(*) > 0)
        """)
      return try rows.map { try $0.decode("line", as: String.self) }
    }
    for line in lines { Output.line(line) }
    if lines.isEmpty { Output.line("no server runs, and there are no documents") }
  }
}
