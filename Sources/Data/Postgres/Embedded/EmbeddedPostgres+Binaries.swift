internal import Buffers
internal import EventLoop
internal import Glibc
internal import TLS

extension EmbeddedPostgres {
  /// The best installation, or for an existing cluster the one of its major version.
  func chooseBinaries(
    _ places: ClusterPlaces, _ account: Account
  ) async throws -> PostgresBinaries {
    let wanted = FileSystem.read(places.data + "/PG_VERSION").flatMap {
      PostgresBinaries.majorVersion(in: $0)
    }
    for found in PostgresBinaries.installed() {
      guard let binaries = try await reachable(found, account, places) else { continue }
      let output = try await run(binaries.postgres, ["--version"], account, in: places.home)
      guard let version = PostgresBinaries.majorVersion(in: output),
        version >= PostgresBinaries.oldestVersion
      else { continue }
      if wanted == nil || wanted == version { return binaries }
    }
    let version = wanted.map { "\($0)" } ?? "\(PostgresBinaries.oldestVersion) or later"
    throw PostgresError(
      .embedded,
      "no usable PostgreSQL \(version); set PGBIN, install postgresql, or set DATABASE_URL")
  }

  /// Programs below a folder closed to the server's account (a checkout in /root) are copied, once
  /// per version of them, to where it can run them.
  private func reachable(
    _ binaries: PostgresBinaries, _ account: Account, _ places: ClusterPlaces
  ) async throws -> PostgresBinaries? {
    if account.canReach(binaries.folder) { return binaries }
    guard geteuid() == 0, let plan = CopyPlan(binaries) else { return nil }
    if !FileSystem.exists(plan.target) {
      let fresh = "\(plan.target).\(UInt32.random(in: .min ... .max))"
      defer { FileSystem.remove(fresh) }
      try FileSystem.makeFolder(fresh + "/" + plan.package, mode: 0o755)
      for (source, place) in plan.copies {
        _ = try await run("/bin/cp", ["-a", source, fresh + "/" + place], nil, in: "/")
      }
      // Another process may have been faster; its copy is as good.
      try? FileSystem.rename(fresh, to: plan.target)
    }
    return PostgresBinaries(folder: plan.binFolder)
  }
}

/// What to copy of an installation and where to. A Python wheel keeps shared libraries in a folder
/// beside the package, which the programs find by a relative path.
struct CopyPlan {
  let target: String
  let package: String
  let copies: [(source: String, place: String)]
  let binFolder: String

  init?(_ binaries: PostgresBinaries) {
    guard let bin = FileSystem.canonical(binaries.folder),
      let version = FileSystem.version(of: bin + "/postgres")
    else { return nil }
    let parts = bin.split(separator: "/").map(String.init)
    guard parts.count >= 4 else { return nil }
    let (package, install) = (parts[parts.count - 3], parts[parts.count - 2])
    let root = "/" + parts.dropLast(3).joined(separator: "/")
    let key = Hex.encode(Digest.sha256(Array("\(bin) \(version)".utf8)).prefix(8))
    target = "/var/lib/payaid-voice/programs-" + key
    self.package = package
    var copies = [("\(root)/\(package)/\(install)", "\(package)/\(install)")]
    let libraries = "\(package).libs"
    if FileSystem.exists("\(root)/\(libraries)") {
      copies.append(("\(root)/\(libraries)", libraries))
    }
    self.copies = copies
    binFolder = "\(target)/\(package)/\(install)/\(parts[parts.count - 1])"
  }
}

extension FileSystem {
  /// Changes when a file is replaced: its size and time of change.
  static func version(of path: String) -> String? {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    return "\(status.st_size) \(status.st_mtim.tv_sec)"
  }
}
