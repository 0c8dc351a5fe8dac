/// What one statement answered: its rows, and how many rows it changed.
package struct QueryResult: Sendable {
  package let rows: [Row]
  /// Rows inserted, updated, deleted or selected, as the command tag says.
  package let affectedRows: Int
  /// The command tag, such as `COMMIT` or `INSERT 0 1`.
  package let commandTag: String

  /// Of a script, which tells nothing.
  static let nothing = QueryResult(rows: [], affectedRows: 0, commandTag: "")
}

/// One row. Columns are read by name; the index of names is shared by all rows of a result.
package struct Row: Sendable {
  let table: ResultTable
  let position: Int

  /// Reads a column that is never NULL; throws `invalidValue` naming the column.
  @inlinable
  package func decode<Value: PostgresDecodable>(
    _ column: String, as type: Value.Type = Value.self
  ) throws(PostgresError) -> Value {
    guard let value = try decode(column, as: Value?.self) else {
      throw PostgresError(.invalidValue, "column \(column) is NULL")
    }
    return value
  }

  /// Reads a column that may be NULL.
  @inlinable
  package func decode<Value: PostgresDecodable>(
    _ column: String, as type: Value?.Type = Value?.self
  ) throws(PostgresError) -> Value? {
    guard let cell = try cell(column) else { return nil }
    do {
      return try Value(postgresText: cell)
    } catch {
      throw PostgresError(error.kind, "column \(column): \(error.message)")
    }
  }

  /// The text of a column's value; nil for NULL.
  package func cell(_ column: String) throws(PostgresError) -> ArraySlice<UInt8>? {
    guard let index = table.columns.position(of: column) else {
      throw PostgresError(.invalidValue, "the result has no column \(column)")
    }
    return table.cell(row: position, column: index)
  }

  /// The names of the columns, in order.
  package var columns: [String] { table.columns.names }
}

/// The cells of one result, copied out of libpq into one buffer.
final class ResultTable: Sendable {
  struct Cell: Sendable {
    let offset: Int
    /// −1 for NULL.
    let length: Int32
  }

  let columns: ColumnIndex
  let rowCount: Int
  private let bytes: [UInt8]
  private let cells: [Cell]

  init(columns: ColumnIndex, rowCount: Int, bytes: [UInt8], cells: [Cell]) {
    self.rowCount = rowCount
    self.columns = columns
    self.bytes = bytes
    self.cells = cells
  }

  var rows: [Row] { (0..<rowCount).map { Row(table: self, position: $0) } }

  func cell(row: Int, column: Int) -> ArraySlice<UInt8>? {
    let cell = cells[row * columns.names.count + column]
    guard cell.length >= 0 else { return nil }
    return bytes[cell.offset..<cell.offset + Int(cell.length)]
  }
}
