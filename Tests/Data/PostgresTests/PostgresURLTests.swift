internal import EventLoop
internal import ScratchPostgres
import Testing

@testable internal import Postgres

@Suite struct PostgresURLTests {
  @Test(arguments: [
    "postgresql://voice:s3cret@10.0.0.1,10.0.0.2:5433/voice?sslmode=require",
    "postgres:///voice?host=/run/postgresql", "postgresql://u:a%2Fb%40c@h/d",
  ])
  func `a URL that libpq can read is one`(url: String) {
    #expect(PostgresURL.isValid(url))
  }

  @Test(arguments: [
    "", "voice", "host=h password=s3cret", "postgresql+psycopg://voice:s3cret@h/d",
    "postgresql+psycopg://voice:s3cret@h/d?sslmode=require", "postgresql://h/d?schema=public",
    "postgresql://h/%zz",
    // A slash or an @ that is not encoded, in a password.
    "postgresql://u:a/b@h/d", "postgresql://u:a@b@h/d",
  ])
  func `anything else is none`(url: String) {
    #expect(!PostgresURL.isValid(url))
  }

  @Test(arguments: [
    ("postgresql://voice:s3cret@h:1,i:2/d?a=b", "postgresql://voice@h:1,i:2/d?a=b"),
    ("postgres://voice:s3?cret@h", "postgres://voice@h"),
    ("postgresql://h/d?user=u&password=s3cret&a=b", "postgresql://h/d?user=u&a=b"),
    ("postgresql://h/d?pass%77ord=s3cret", "postgresql://h/d"),
    ("postgresql:///d?host=%2Fa%20b&user=u", "postgresql:///d?host=%2Fa%20b&user=u"),
    ("postgresql://u@h:1,h:2/d", "postgresql://u@h:1,h:2/d"),
    ("host=h password=s3cret", ""),
  ])
  func `a password is taken out and nothing else`(url: String, shown: String) {
    #expect(PostgresURL.withoutPassword(url) == shown)
  }

  @Test func `an error about a URL does not quote it`() async throws {
    let url = "postgresql+psycopg://voice:s3cret@h/d?sslmode=require"
    let pool = PostgresPool(
      loops: ScratchPostgres.loops.loops, configuration: PostgresConfiguration(url: url))
    let error = await #expect(throws: PostgresError.self) { try await pool.execute("SELECT 1") }
    #expect(error?.message.contains("libpq cannot read the URL") == true)
    #expect(error?.message.contains("s3cret") == false)
    await pool.close()
  }
}
