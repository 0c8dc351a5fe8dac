internal import Glibc

/// Where a cluster's files and its socket are.
///
/// The server's account must be able to reach them. When root's data folder is closed to others
/// (as temporary folders are), the files go below `/var/lib/payaid-voice`, and a small file in the
/// data folder says where.
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

  static func socketFits(in folder: String) -> Bool {
    (folder + socketName).utf8.count <= longestSocketPath
  }

  /// Makes the folders, owned by the account.
  static func prepare(
    dataFolder: String, account: Account
  ) throws(PostgresError) -> ClusterPlaces {
    try FileSystem.makeFolder(dataFolder, mode: 0o711)
    guard let folder = FileSystem.canonical(dataFolder) else {
      throw FileSystem.failure("find \(dataFolder)")
    }
    let home = try home(in: folder, account)
    try FileSystem.makeFolder(home, mode: 0o700)
    try FileSystem.setOwner(home, to: account)
    return ClusterPlaces(home: home, socketFolder: try socketFolder(home, account))
  }

  private static func home(
    in folder: String, _ account: Account
  ) throws(PostgresError) -> String {
    if account.isOurs || account.canReach(folder) { return folder + "/postgres" }
    let pointer = folder + "/postgres.location"
    if let place = FileSystem.read(pointer), place.hasPrefix("/") { return place }
    let place = "/var/lib/payaid-voice/" + randomName()
    try FileSystem.write(place, to: pointer)
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
