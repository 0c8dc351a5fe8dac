internal import Postgres
internal import RPCCore
import Testing

@testable internal import Domain

@Suite struct PostgresErrorTests {
  @Test(arguments: [
    ("57014", "a statement took too long"), ("55P03", "a lock was not had in time"),
    ("25006", "the server was demoted"), ("57P01", "the server stops"),
    ("57P03", "the server starts"), ("53300", "too many connections"), ("40001", "serialization"),
    ("08006", "the connection failed"),
  ])
  func `what may go well later is UNAVAILABLE, with a time to wait`(state: String, name: String) {
    let error = PostgresError(.server, name, sqlState: SQLState(state)).rpcError
    #expect(error.code == .unavailable)
    #expect(error.details.map(\.typeName) == ["google.rpc.RetryInfo"])
    #expect(!error.message.contains(name))
  }

  @Test(arguments: [
    PostgresError.Kind.connectionLost, .timedOut, .poolExhausted,
  ])
  func `a database that is not there, slow or full is UNAVAILABLE`(kind: PostgresError.Kind) {
    #expect(PostgresError(kind, "words").rpcError.code == .unavailable)
  }

  @Test(arguments: ["42P01", "23505", "22012", "25P02"])
  func `what stays wrong is INTERNAL`(state: String) {
    #expect(PostgresError(.server, "words", sqlState: SQLState(state)).rpcError.code == .internal)
  }
}
