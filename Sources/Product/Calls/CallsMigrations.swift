package import Postgres

/// The tables of calls.
package enum CallsMigrations {
  package static let all = [
    Migration(file: "m0040_calls.sql", PackageResources.m0040_calls_sql),
    Migration(file: "m0041_agent_version.sql", PackageResources.m0041_agent_version_sql),
    Migration(file: "m0042_call_analysis.sql", PackageResources.m0042_call_analysis_sql),
    Migration(file: "m0043_dial_time.sql", PackageResources.m0043_dial_time_sql),
    Migration(file: "m0044_incoming_calls.sql", PackageResources.m0044_incoming_calls_sql),
    Migration(file: "m0045_call_access.sql", PackageResources.m0045_call_access_sql),
    Migration(file: "m0046_audited_ends.sql", PackageResources.m0046_audited_ends_sql),
    Migration(file: "m0066_erased_calls.sql", PackageResources.m0066_erased_calls_sql),
    Migration(file: "m0075_settlement.sql", PackageResources.m0075_settlement_sql),
    Migration(file: "m0076_end_requests.sql", PackageResources.m0076_end_requests_sql),
    Migration(
      file: "m0077_recording_answers.sql", PackageResources.m0077_recording_answers_sql),
    Migration(file: "m0085_held_readings.sql", PackageResources.m0085_held_readings_sql),
    Migration(file: "m0094_readings_by_hour.sql", PackageResources.m0094_readings_by_hour_sql),
    Migration(
      file: "m0095_held_readings_checked.sql", PackageResources.m0095_held_readings_checked_sql),
    Migration(file: "m0099_recordings_kept.sql", PackageResources.m0099_recordings_kept_sql),
    Migration(file: "m0109_look_times.sql", PackageResources.m0109_look_times_sql),
    Migration(file: "m0110_calls_to_look_at.sql", PackageResources.m0110_calls_to_look_at_sql),
  ]
}
