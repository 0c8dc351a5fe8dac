package import Postgres

/// The tables of compliance.
package enum ComplianceMigrations {
  package static let all = [
    Migration(file: "m0030_compliance.sql", PackageResources.m0030_compliance_sql),
    Migration(file: "m0031_consents.sql", PackageResources.m0031_consents_sql),
    Migration(file: "m0032_audit_proofs.sql", PackageResources.m0032_audit_proofs_sql),
    Migration(file: "m0033_audit_inbox.sql", PackageResources.m0033_audit_inbox_sql),
    Migration(file: "m0062_a2p_declarations.sql", PackageResources.m0062_a2p_declarations_sql),
    Migration(file: "m0065_erasures.sql", PackageResources.m0065_erasures_sql),
    Migration(file: "m0069_consent_forms.sql", PackageResources.m0069_consent_forms_sql),
    Migration(file: "m0078_erased_forms.sql", PackageResources.m0078_erased_forms_sql),
    Migration(
      file: "m0080_audited_decisions.sql", PackageResources.m0080_audited_decisions_sql),
    Migration(file: "m0081_call_templates.sql", PackageResources.m0081_call_templates_sql),
    Migration(file: "m0086_holds_by_call.sql", PackageResources.m0086_holds_by_call_sql),
    Migration(file: "m0089_audit_epochs.sql", PackageResources.m0089_audit_epochs_sql),
    Migration(file: "m0090_decision_lists.sql", PackageResources.m0090_decision_lists_sql),
    Migration(file: "m0091_dnd_snapshots.sql", PackageResources.m0091_dnd_snapshots_sql),
    Migration(
      file: "m0092_decisions_by_merchant.sql", PackageResources.m0092_decisions_by_merchant_sql),
    Migration(
      file: "m0093_decisions_refused.sql", PackageResources.m0093_decisions_refused_sql),
    Migration(file: "m0097_erasure_lookups.sql", PackageResources.m0097_erasure_lookups_sql),
    Migration(
      file: "m0098_refusals_by_number.sql", PackageResources.m0098_refusals_by_number_sql),
  ]
}
