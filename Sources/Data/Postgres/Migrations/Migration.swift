internal import Buffers
internal import TLS

/// One numbered SQL file. It is applied once, in one transaction, and never changed after it was released.
///
/// A file whose first line is `-- Outside a transaction.` has one statement that is applied without one, as CREATE INDEX
/// CONCURRENTLY IF NOT EXISTS; what it left behind when it was cut short is dropped before it is tried again.
package struct Migration: Sendable, Equatable {
  package let version: Int
  package let name: String
  package let sql: String

  package init(version: Int, name: String, sql: String) {
    self.version = version
    self.name = name
    self.sql = sql
  }

  /// Takes an embedded file called `mNNNN_name.sql` (SwiftPM mangles a leading digit); any other
  /// name is our bug.
  package init(file: String, _ bytes: [UInt8]) {
    let stem = file.hasPrefix("m") && file.hasSuffix(".sql") ? file.dropFirst().dropLast(4) : ""
    let parts = stem.split(separator: "_", maxSplits: 1)
    guard parts.count == 2, parts[0].count == 4, let version = Int(parts[0]) else {
      preconditionFailure("our bug: a migration is called \(file), not mNNNN_name.sql")
    }
    self.init(
      version: version, name: String(parts[1]), sql: String(decoding: bytes, as: UTF8.self))
  }

  /// Whether its statement runs without a transaction.
  var isOutsideTransaction: Bool { sql.hasPrefix("-- Outside a transaction.\n") }

  /// SHA-256 of the text, in hexadecimal.
  var checksum: String { Hex.encode(Digest.sha256(Array(sql.utf8))) }

  var label: String {
    let digits = String(version)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits + "_" + name
  }
}

/// What the database says about a file that was applied to it.
struct AppliedMigration: Equatable {
  let version: Int
  let checksum: String
}

/// Compares files with the database.
enum MigrationPlan {
  /// The files still to apply, in order. Areas number their files in ranges of their own, so a
  /// pending version may be lower than an applied one.
  static func pending(
    _ files: [Migration], applied: [AppliedMigration]
  ) throws(PostgresError) -> [Migration] {
    let sorted = files.sorted { $0.version < $1.version }
    for (first, second) in zip(sorted, sorted.dropFirst()) where first.version == second.version {
      throw PostgresError(
        .migration, "\(first.label) and \(second.label) have the same number")
    }
    let done = Dictionary(uniqueKeysWithValues: applied.map { ($0.version, $0.checksum) })
    let known = Set(files.map(\.version))
    if let unknown = applied.first(where: { !known.contains($0.version) }) {
      throw PostgresError(
        .migration, "database has migration \(unknown.version), which this program does not know")
    }
    for file in sorted {
      guard let checksum = done[file.version], checksum != file.checksum else { continue }
      throw PostgresError(.migration, "\(file.label) was changed after it was applied")
    }
    return sorted.filter { done[$0.version] == nil }
  }
}
