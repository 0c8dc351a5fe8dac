internal import CLibpq

/// Copies one `PGresult` into Swift values. The owner clears it afterwards.
@safe struct ResultReader {
  private let raw: OpaquePointer
  private let expectation: PipelineMachine.Expectation

  init(_ raw: OpaquePointer, _ expectation: PipelineMachine.Expectation) {
    unsafe self.raw = raw
    self.expectation = expectation
  }

  var answer: LibpqSession.Answer {
    switch unsafe PQresultStatus(raw) {
    case PGRES_PIPELINE_SYNC: .synced
    case PGRES_PIPELINE_ABORTED: .outcome(.skipped)
    case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: .outcome(.done(result))
    case PGRES_FATAL_ERROR: .outcome(.failed(error))
    default:
      .outcome(.failed(PostgresError(.connectionLost, "COPY is not spoken on this connection")))
    }
  }

  private var result: QueryResult {
    QueryResult(
      rows: expectation.wantsRows ? table.rows : [],
      affectedRows: unsafe Int(String(cString: PQcmdTuples(raw))) ?? 0,
      commandTag: unsafe String(cString: PQcmdStatus(raw)))
  }

  private var table: ResultTable {
    let columnCount = unsafe PQnfields(raw)
    let rowCount = unsafe PQntuples(raw)
    var bytes: [UInt8] = []
    var cells: [ResultTable.Cell] = []
    cells.reserveCapacity(Int(columnCount) * Int(rowCount))
    for row in 0..<rowCount {
      for column in 0..<columnCount { copyCell(row, column, into: &bytes, &cells) }
    }
    return ResultTable(
      columns: columns(columnCount), rowCount: Int(rowCount), bytes: bytes, cells: cells)
  }

  /// The columns' names, made once for a prepared statement.
  private func columns(_ count: Int32) -> ColumnIndex {
    if let known = expectation.statement?.columns, known.names.count == count { return known }
    let columns = ColumnIndex((0..<count).map { unsafe String(cString: PQfname(raw, $0)) })
    expectation.statement?.columns = columns
    return columns
  }

  private func copyCell(
    _ row: Int32, _ column: Int32, into bytes: inout [UInt8], _ cells: inout [ResultTable.Cell]
  ) {
    let offset = bytes.count
    if unsafe PQgetisnull(raw, row, column) == 1 {
      return cells.append(ResultTable.Cell(offset: offset, length: -1))
    }
    let length = unsafe PQgetlength(raw, row, column)
    let start = unsafe UnsafeRawPointer(PQgetvalue(raw, row, column))
    unsafe bytes.append(contentsOf: UnsafeRawBufferPointer(start: start, count: Int(length)))
    cells.append(ResultTable.Cell(offset: offset, length: length))
  }

  /// An error without SQLSTATE comes from libpq itself: the connection is gone.
  private var error: PostgresError {
    guard let state = field("C") else {
      return PostgresError(.connectionLost, "connection was lost while a statement ran")
    }
    return PostgresError(
      sqlState: state, serverMessage: field("M") ?? "no message", constraint: field("n"),
      table: field("t"))
  }

  /// One error field, by its protocol letter (`PG_DIAG_…` are these letters).
  private func field(_ letter: Unicode.Scalar) -> String? {
    unsafe PQresultErrorField(raw, Int32(letter.value)).map { unsafe String(cString: $0) }
  }
}
