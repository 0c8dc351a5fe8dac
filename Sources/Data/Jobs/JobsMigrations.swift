package import Postgres

/// The tables of the job queue.
package enum JobsMigrations {
  package static let all = [
    Migration(file: "m0002_jobs.sql", PackageResources.m0002_jobs_sql)
  ]
}
