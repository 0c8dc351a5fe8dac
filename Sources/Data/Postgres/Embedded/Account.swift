internal import Glibc

/// A user and group of this system.
struct Account: Equatable {
  let user: UInt32
  let group: UInt32

  /// Who a cluster started by this process runs as. PostgreSQL refuses to be root, so root gives
  /// way to `postgres`, or `nobody` where that does not exist.
  static func forCluster() throws(PostgresError) -> Account {
    guard geteuid() == 0 else { return Account(user: geteuid(), group: getegid()) }
    for name in ["postgres", "nobody"] {
      if let entry = unsafe getpwnam(name) {
        return unsafe Account(user: entry.pointee.pw_uid, group: entry.pointee.pw_gid)
      }
    }
    throw PostgresError(.embedded, "running as root, and neither postgres nor nobody exists")
  }

  var isOurs: Bool { user == geteuid() }

  /// Whether this account can pass through every folder above and including `path`. Looks at the
  /// permission bits only.
  func canReach(_ path: String) -> Bool {
    guard let resolved = FileSystem.canonical(path) else { return false }
    var folder = ""
    for part in resolved.split(separator: "/") {
      folder += "/" + part
      var status = stat()
      guard unsafe stat(folder, &status) == 0 else { return false }
      let bit: mode_t = status.st_uid == user ? 0o100 : status.st_gid == group ? 0o010 : 0o001
      if status.st_mode & bit == 0 { return false }
    }
    return true
  }
}
