package import Postgres

/// The tables of agents' documents.
package enum KnowledgeMigrations {
  package static let all = [
    Migration(file: "m0060_knowledge.sql", PackageResources.m0060_knowledge_sql),
    Migration(file: "m0087_knowledge_moves.sql", PackageResources.m0087_knowledge_moves_sql),
    Migration(file: "m0088_sealed_documents.sql", PackageResources.m0088_sealed_documents_sql),
    Migration(file: "m0096_pending_documents.sql", PackageResources.m0096_pending_documents_sql),
  ]
}
