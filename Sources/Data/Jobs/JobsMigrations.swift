package import Postgres

/// The tables of the job queue.
package enum JobsMigrations {
  package static let all = [
    Migration(file: "m0002_jobs.sql", PackageResources.m0002_jobs_sql),
    Migration(file: "m0003_jobs_control.sql", PackageResources.m0003_jobs_control_sql),
    Migration(file: "m0004_job_schedules.sql", PackageResources.m0004_job_schedules_sql),
    Migration(file: "m0005_job_views.sql", PackageResources.m0005_job_views_sql),
  ]
}
