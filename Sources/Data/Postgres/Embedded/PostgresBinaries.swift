internal import Glibc

/// A folder with `postgres` and `initdb`.
package struct PostgresBinaries: Sendable, Equatable {
  package let folder: String

  var postgres: String { folder + "/postgres" }
  var initdb: String { folder + "/initdb" }

  /// The oldest major version that our SQL works with.
  static let oldestVersion = 15

  /// Folders to try, best first: `PGBIN`, then Debian's, newest version first.
  static func candidates(pgbin: String?, debianVersions: [String]) -> [String] {
    let versions = debianVersions.compactMap { Int($0) }.filter { $0 >= oldestVersion }
    let debian = versions.sorted(by: >).map { "/usr/lib/postgresql/\($0)/bin" }
    return (pgbin.map { [$0] } ?? []) + debian
  }

  /// What this machine has, best first. An installation counts when both programs can be executed.
  static func installed() -> [PostgresBinaries] {
    let pgbin = unsafe getenv("PGBIN").map { unsafe String(cString: $0) }
    let debian = FileSystem.names(in: "/usr/lib/postgresql")
    return candidates(pgbin: pgbin, debianVersions: debian)
      .map { PostgresBinaries(folder: $0) }
      .filter { unsafe access($0.postgres, X_OK) == 0 && access($0.initdb, X_OK) == 0 }
  }

  /// The major version in `postgres (PostgreSQL) 16.14`, as `postgres --version` prints it.
  static func majorVersion(in text: String) -> Int? {
    text.split(whereSeparator: \.isWhitespace).compactMap { word in
      Int(word.prefix { $0.isNumber })
    }.first
  }
}
