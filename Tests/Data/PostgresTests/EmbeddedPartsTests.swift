import Testing

@testable internal import Postgres

@Suite struct EmbeddedPartsTests {
  @Test func `PGBIN comes first, then the newest version that is new enough`() {
    let folders = PostgresBinaries.candidates(
      pgbin: "/x/bin", debianVersions: ["13", "15", "17", "a"])
    #expect(
      folders == ["/x/bin", "/usr/lib/postgresql/17/bin", "/usr/lib/postgresql/15/bin"])
  }

  @Test(arguments: [
    ("postgres (PostgreSQL) 16.14", 16),
    ("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)", 15),
    ("postgres (PostgreSQL) 18beta1", 18), ("15\n", 15),
  ])
  func `the major version is read`(text: String, version: Int) {
    #expect(PostgresBinaries.majorVersion(in: text) == version)
  }

  @Test func `a postmaster file names its process and folder`() {
    let file = PostmasterFile("123\n/data\n1700000000\n5432\n")
    #expect(file?.process == 123)
    #expect(file?.dataFolder == "/data")
  }

  @Test(arguments: ["", "x\n/data", "0\n/data", "1\n/data", "-5\n/data", "123"])
  func `a postmaster file of another form is none`(text: String) {
    #expect(PostmasterFile(text) == nil)
  }

  @Test(arguments: [(93, true), (94, false)])
  func `a socket path has at most 107 bytes`(length: Int, fits: Bool) {
    #expect(ClusterPlaces.socketFits(in: String(repeating: "x", count: length)) == fits)
  }

  @Test func `a socket folder is percent-encoded in the URL`() {
    let places = ClusterPlaces(home: "/a", socketFolder: "/a b/ü%")
    #expect(
      places.url(database: "d", user: "u") == "postgresql:///d?host=%2Fa%20b%2F%C3%BC%25&user=u")
  }
}
