internal import Glibc
import Testing

@testable internal import Postgres

@Suite struct ClusterPlacesTests {
  private let ours = Account(user: geteuid(), group: getegid())

  /// Runs `body` with the path of a folder that only this user can enter.
  private func withFolder(_ body: (String) throws -> Void) throws {
    var template = Array("/tmp/payaid-places-XXXXXX\0".utf8).map(CChar.init(bitPattern:))
    try #require(mkdtemp(&template) != nil)
    let made = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    defer { FileSystem.remove(made) }
    try body(try #require(FileSystem.canonical(made)))
  }

  private func failure(_ folder: String, _ account: Account) -> String? {
    let error = #expect(throws: PostgresError.self) {
      _ = try ClusterPlaces.prepare(dataFolder: folder, account: account)
    }
    return error?.kind == .embedded ? error?.message : nil
  }

  @Test func `a cluster is made in a folder that its account can reach`() throws {
    try withFolder { folder in
      let places = try ClusterPlaces.prepare(dataFolder: folder, account: ours)
      #expect(places.home == folder + "/postgres")
      try places.record(in: folder)
      #expect(FileSystem.names(in: folder) == ["postgres"])
    }
  }

  @Test func `the pointer wins, also over a folder that can be reached by now`() throws {
    try withFolder { folder in
      let home = folder + "/elsewhere"
      try FileSystem.makeFolder(home + "/data", mode: 0o700)
      try FileSystem.write("15\n", to: home + "/data/PG_VERSION")
      try FileSystem.write(home, to: folder + "/postgres.location")
      #expect(try ClusterPlaces.prepare(dataFolder: folder, account: ours).home == home)

      try FileSystem.makeFolder(folder + "/postgres/data", mode: 0o700)
      #expect(failure(folder, ours)?.contains("and another in \(home)") == true)
    }
  }

  @Test func `a pointer to where no database is stops the start`() throws {
    try withFolder { folder in
      try FileSystem.write(folder + "/gone", to: folder + "/postgres.location")
      #expect(failure(folder, ours)?.contains("no readable one is there") == true)
      try FileSystem.write("", to: folder + "/postgres.location")
      #expect(failure(folder, ours)?.hasSuffix("names no folder") == true)
      #expect(!FileSystem.exists(folder + "/gone"))
    }
  }

  @Test func `a cluster that its account cannot reach any more stops the start`() throws {
    try withFolder { folder in
      try FileSystem.makeFolder(folder + "/postgres/data", mode: 0o700)
      let stranger = Account(user: ours.user + 12_345, group: ours.group + 12_345)
      #expect(failure(folder, stranger)?.contains("is not reachable by the account") == true)
      #expect(!FileSystem.exists(folder + "/postgres.location.next"))
    }
  }
}
