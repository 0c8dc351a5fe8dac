/// Where the database is and how patient we are with it.
package struct PostgresConfiguration: Sendable {
  /// A libpq connection URI or keyword string. Options in it win over ours. Host names are
  /// resolved by libpq on the loop, which blocks; use addresses, or a resolver on this machine.
  ///
  /// It may name several servers, `postgresql://user@10.0.0.1,10.0.0.2/voice`: the one that takes
  /// writes is used, and after a failover the one that does then.
  package var url: String
  /// For one process, over all its loops; every loop gets at least one.
  package var maxConnections = 10
  /// Callers waiting for a connection, per loop; the next one is refused at once.
  package var maxWaiters = 1000
  /// How long a caller waits for a connection.
  package var acquireTimeout = Duration.seconds(5)
  /// How long one attempt to connect may take.
  package var connectTimeout = Duration.seconds(5)
  /// How long a statement may take before its caller gets `timedOut`; also PostgreSQL's
  /// `statement_timeout`. Ours still fires when the server is frozen; the server's does not.
  package var queryTimeout = Duration.seconds(10)
  /// How long a statement waits for a lock on the server.
  package var lockTimeout = Duration.seconds(5)
  /// How long a transaction may hold its locks while its client does something else.
  package var idleInTransactionTimeout = Duration.seconds(30)
  /// Plain statements in flight on one connection once no more connections may be opened.
  package var pipelineDepth = 16
  /// Prepared statements kept per connection.
  package var preparedStatements = 128
  package var applicationName = "payaid-voice"
  /// A role that tenant transactions switch to, for when the URL's own role bypasses row security.
  package var tenantRole: String?
  /// Told the text of each statement that a connection prepares; values are no part of it.
  package var onPrepare: (@Sendable (_ sql: String) -> Void)?

  /// Stands behind the URL: the order in which its servers are asked.
  var order: [(name: String, value: String)] = []

  package init(url: String) { self.url = url }

  /// libpq keywords in order; a later one wins, so the URI stands behind our defaults.
  var parameters: [(name: String, value: String)] {
    [
      ("gssencmode", "disable"),
      ("options", serverOptions),
      ("client_encoding", "UTF8"),
      ("fallback_application_name", applicationName),
      ("target_session_attrs", "read-write"),
    ] + Self.signsOfLife + [("dbname", url)] + order
  }

  /// A machine that is gone says no good-bye: within about ten seconds its connections are broken, also
  /// the one that only listens.
  private static let signsOfLife = [
    (name: "keepalives_idle", value: "4"), (name: "keepalives_interval", value: "2"),
    (name: "keepalives_count", value: "3"), (name: "tcp_user_timeout", value: "10000"),
  ]

  /// Session settings. `client_connection_check_interval` ends a statement whose client is gone.
  private var serverOptions: String {
    let settings = [
      ("timezone", "UTC"), ("datestyle", "ISO"), ("extra_float_digits", "1"),
      ("statement_timeout", queryTimeout.wholeMilliseconds),
      ("lock_timeout", lockTimeout.wholeMilliseconds),
      ("idle_in_transaction_session_timeout", idleInTransactionTimeout.wholeMilliseconds),
      ("client_connection_check_interval", "1000"),
    ]
    return settings.map { "-c \($0)=\($1)" }.joined(separator: " ")
  }
}

extension Duration {
  /// Rounded towards zero, as PostgreSQL's settings read it.
  var wholeMilliseconds: String {
    String(components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000)
  }
}
