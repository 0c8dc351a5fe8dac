/// What went wrong between us and PostgreSQL. Messages carry no bound values and no row contents.
package struct PostgresError: Error, Sendable, CustomStringConvertible {
  /// The families a caller can act on.
  package enum Kind: Sendable, Equatable {
    /// The server refused a statement; `sqlState` is set.
    case server
    /// No connection could be made, or the one in use broke. The statement may have run.
    case connectionLost
    /// No connection became free within the pool's limits of waiters and time.
    case poolExhausted
    /// The statement had no answer within its deadline; its connection was given up.
    case timedOut
    /// A statement was sent in a transaction that had already failed or ended.
    case transactionFailed
    /// The pool was closed.
    case closed
    /// A value cannot be sent: a NUL in a text, too many parameters.
    case invalidParameter
    /// A column is missing, NULL where a value was asked for, or not of the type asked for.
    case invalidValue
    /// The database and the migration files disagree.
    case migration
    /// The private cluster could not be made, started or stopped.
    case embedded
  }

  package var kind: Kind
  package var message: String
  package var sqlState: SQLState?
  /// The constraint that was violated, for class 23 errors.
  package var constraint: String?
  /// The table the server named, if any.
  package var table: String?

  package init(
    _ kind: Kind, _ message: String, sqlState: SQLState? = nil, constraint: String? = nil,
    table: String? = nil
  ) {
    self.kind = kind
    self.message = message
    self.sqlState = sqlState
    self.constraint = constraint
    self.table = table
  }

  package var description: String {
    guard let sqlState else { return message }
    return "\(message) (SQLSTATE \(sqlState.code))"
  }
}

extension PostgresError {
  /// Whether a unique constraint or index was violated; with a name, whether it was that one.
  package func isUniqueViolation(_ constraint: String? = nil) -> Bool {
    violates(.uniqueViolation, constraint)
  }

  /// Whether a foreign key was violated; with a name, whether it was that one.
  package func isForeignKeyViolation(_ constraint: String? = nil) -> Bool {
    violates(.foreignKeyViolation, constraint)
  }

  /// Whether a check constraint was violated; with a name, whether it was that one.
  package func isCheckViolation(_ constraint: String? = nil) -> Bool {
    violates(.checkViolation, constraint)
  }

  /// Whether the same work can succeed later without a change: lost connections, time-outs,
  /// serialization failures, deadlocks, a server that is starting, out of connections or no longer
  /// the one that writes, a plan that a migration made stale.
  package var isTransient: Bool {
    switch kind {
    case .connectionLost, .poolExhausted, .timedOut: true
    case .server: isStaleStatement || sqlState?.isTransient ?? false
    default: false
    }
  }

  /// Whether a cached plan no longer fits its tables; nothing was executed.
  var isStaleStatement: Bool {
    sqlState == .invalidStatementName
      || (sqlState == .featureNotSupported && message.hasPrefix("cached plan"))
  }

  private func violates(_ state: SQLState, _ name: String?) -> Bool {
    sqlState == state && (name == nil || name == constraint)
  }
}

/// A five-character SQLSTATE, compared by its exact code; names as in PostgreSQL's appendix A.
package struct SQLState: Sendable, Hashable {
  package let code: String

  package init(_ code: String) { self.code = code }

  package static let uniqueViolation = SQLState("23505")
  package static let foreignKeyViolation = SQLState("23503")
  package static let checkViolation = SQLState("23514")
  package static let notNullViolation = SQLState("23502")
  package static let serializationFailure = SQLState("40001")
  package static let deadlockDetected = SQLState("40P01")
  package static let lockNotAvailable = SQLState("55P03")
  package static let queryCanceled = SQLState("57014")
  package static let insufficientPrivilege = SQLState("42501")
  package static let undefinedTable = SQLState("42P01")
  package static let featureNotSupported = SQLState("0A000")
  package static let invalidStatementName = SQLState("26000")
  package static let readOnlyTransaction = SQLState("25006")

  /// The first two characters.
  package var errorClass: Substring { code.prefix(2) }

  /// Classes 08 (connection), 40 (rollback), 53 (resources), 57P0x (shutdown), time-outs of locks and
  /// statements, and writes at a server that takes none any more.
  var isTransient: Bool {
    switch errorClass {
    case "08", "40", "53": true
    case "57": code.hasPrefix("57P0") || self == .queryCanceled
    default: self == .lockNotAvailable || self == .readOnlyTransaction
    }
  }
}

extension PostgresError {
  /// Builds an error from the server's fields, leaving out anything that may quote a value.
  init(
    sqlState code: String, serverMessage: String, constraint: String?, table: String?
  ) {
    let state = SQLState(code)
    self.init(
      .server, PostgresError.withoutValues(serverMessage, state), sqlState: state,
      constraint: constraint, table: table)
  }

  /// Class 22 messages quote the offending value (`invalid input syntax for type uuid: "…"`), so
  /// everything between the first and the last double quote goes.
  static func withoutValues(_ message: String, _ state: SQLState) -> String {
    guard state.errorClass == "22", let first = message.firstIndex(of: "\""),
      let last = message.lastIndex(of: "\"")
    else { return message }
    return message[..<first] + "\"…\"" + message[last...].dropFirst()
  }
}
