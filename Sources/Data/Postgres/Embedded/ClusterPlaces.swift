internal import Glibc

/// Where a cluster's files and its socket are.
///
/// The server's account must be able to reach them. When root's data folder is closed to others
/// (as temporary folders are), the files go below `/var/lib/payaid-voice`, and a small file in the
/// data folder, the pointer, says where. Once a cluster is made its place is never chosen again.
struct ClusterPlaces: Equatable {
  /// Holds `data`, `new` while it is being made, and `log`.
  let home: String
  /// Holds the socket; nobody but the account and root can enter.
  let socketFolder: String

  var data: String { home + "/data" }
  var fresh: String { home + "/new" }

  /// `sockaddr_un` holds 107 bytes and a NUL.
  static let longestSocketPath = 107
  private static let socketName = "/.s.PGSQL.5432"
  /// Names the home of a cluster that is elsewhere.
  private static let pointer = "/postgres.location"
  /// What becomes the pointer when the cluster it names is made.
  private static let nextPointer = "/postgres.location.next"

  static func socketFits(in folder: String) -> Bool {
    (folder + socketName).utf8.count <= longestSocketPath
  }

  /// Makes the folders below the data folder, which is there and locked, owned by the account.
  /// Throws when there is a cluster that the account cannot reach, or should be one.
  static func prepare(
    dataFolder: String, account: Account
  ) throws(PostgresError) -> ClusterPlaces {
    guard let folder = FileSystem.canonical(dataFolder) else {
      throw FileSystem.failure("find \(dataFolder)")
    }
    let home = try home(in: folder, account)
    try FileSystem.makeFolder(home, mode: 0o700)
    try FileSystem.setOwner(home, to: account)
    return ClusterPlaces(home: home, socketFolder: try socketFolder(home, account))
  }

  /// Says where the cluster is, now that it is made. Does nothing for one in the data folder.
  func record(in dataFolder: String) throws(PostgresError) {
    guard FileSystem.read(dataFolder + Self.nextPointer) == home else { return }
    try FileSystem.rename(dataFolder + Self.nextPointer, to: dataFolder + Self.pointer)
  }

  private static func home(
    in folder: String, _ account: Account
  ) throws(PostgresError) -> String {
    let own = folder + "/postgres"
    if FileSystem.exists(folder + pointer) { return try pointedHome(in: folder, besides: own) }
    if account.isOurs || account.canReach(folder) { return own }
    guard !FileSystem.exists(own + "/data") else {
      throw PostgresError(
        .embedded,
        """
        the database in \(own)/data is not reachable by the account \(account.user), which \
        PostgreSQL runs as: let others pass through each folder above it (chmod o+x)
        """)
    }
    if let place = FileSystem.read(folder + nextPointer), place.hasPrefix("/") { return place }
    let place = "/var/lib/payaid-voice/" + randomName()
    try FileSystem.write(place, to: folder + nextPointer)
    return place
  }

  /// The home that the pointer names. An empty database in place of a lost one would look like a
  /// start that went well, and of two nobody knows which one counts.
  private static func pointedHome(
    in folder: String, besides own: String
  ) throws(PostgresError) -> String {
    let file = folder + pointer
    guard let place = FileSystem.read(file), place.hasPrefix("/") else {
      throw PostgresError(.embedded, "\(file) names no folder")
    }
    guard FileSystem.exists(place + "/data/PG_VERSION") else {
      throw PostgresError(
        .embedded,
        """
        \(file) says that the database is in \(place), and no readable one is there: bring it \
        back, or delete the file to begin without it
        """)
    }
    guard place == own || !FileSystem.exists(own + "/data") else {
      throw PostgresError(
        .embedded,
        """
        there is a database in \(own)/data, and another in \(place), which \(file) names: move \
        the one that does not count away, the file with it if it is the second
        """)
    }
    return place
  }

  private static func socketFolder(
    _ home: String, _ account: Account
  ) throws(PostgresError) -> String {
    let own = home + "/run"
    let folder = socketFits(in: own) ? own : "/tmp/payaid-" + randomName()
    try FileSystem.makeFolder(folder, mode: 0o700)
    try FileSystem.setOwner(folder, to: account)
    return folder
  }

  private static func randomName() -> String {
    String(UInt64.random(in: .min ... .max), radix: 36)
  }
}
