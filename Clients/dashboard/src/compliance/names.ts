/** What the words of compliance are called on its pages. */

import type {
  CallPurpose, CallTemplateCallClass, CallTemplateState, ConsentBasis, ConsentFormState,
  ConsentState, DecisionVerdict, ErasureState,
} from "../../../typescript/index";
import type { Shown } from "../parts/badge";

/** Purposes where there is no room for what they mean. */
export const purposeNames: Record<CallPurpose, string> = {
  CALL_PURPOSE_UNSPECIFIED: "Not classified",
  CALL_PURPOSE_TRANSACTIONAL: "Transactional",
  CALL_PURPOSE_SERVICE: "Service",
  CALL_PURPOSE_SERVICE_EXPLICIT: "Service with explicit consent",
  CALL_PURPOSE_PROMOTIONAL: "Promotional",
  CALL_PURPOSE_RECOVERY: "Recovery",
};

/** Several of them in a line. */
export function purposeList(purposes: CallPurpose[] | undefined): string {
  return (purposes ?? []).map((purpose) => purposeNames[purpose] ?? purpose).join(", ");
}

/** What a consent rests on, and how long that holds. */
export const bases: Record<ConsentBasis, { name: string; help: string }> = {
  BASIS_UNSPECIFIED: { name: "Not said", help: "" },
  EXPLICIT: { name: "The person agreed", help: "In words or writing. Good for 180 days at most." },
  INFERRED: { name: "They are a customer", help: "Follows from that, and covers transactional and service calls only." },
  ENQUIRY: { name: "The person asked", help: "Good for 7 days." },
};

export const verdicts: Record<DecisionVerdict, Shown> = {
  VERDICT_UNSPECIFIED: ["idle", "Unknown"], ALLOW: ["good", "Allowed"], BLOCK: ["bad", "Refused"],
};

export const consentStates: Record<ConsentState, Shown> = {
  STATE_UNSPECIFIED: ["idle", "Unknown"], ACTIVE: ["good", "Good"], EXPIRED: ["idle", "Ended"],
  WITHDRAWN: ["bad", "Withdrawn"],
};

export const formStates: Record<ConsentFormState, Shown> = {
  STATE_UNSPECIFIED: ["idle", "Unknown"], PENDING: ["busy", "Waits for an answer"], GIVEN: ["good", "Given"],
  REFUSED: ["bad", "Refused"], EXPIRED: ["idle", "Ended"], WITHDRAWN: ["bad", "Taken back"],
};

export const erasureStates: Record<ErasureState, Shown> = {
  STATE_UNSPECIFIED: ["idle", "Unknown"], PENDING: ["busy", "Asked for"], RUNNING: ["busy", "Under way"],
  DONE: ["good", "Done"], FAILED: ["bad", "Failed"],
};

/** What calls say a template. */
export const callClasses: Record<CallTemplateCallClass, string> = {
  CALL_CLASS_UNSPECIFIED: "Not said", PROMOTIONAL: "Promotional", SERVICE: "Service", TRANSACTIONAL: "Transactional",
};

export const templateStates: Record<CallTemplateState, Shown> = {
  STATE_UNSPECIFIED: ["idle", "Unknown"], SUBMITTED: ["busy", "Being checked"], APPROVED: ["good", "Approved"],
  REJECTED: ["bad", "Refused"], EXPIRED: ["bad", "Approved too long ago"], SUSPENDED: ["bad", "Suspended"],
};

/** Why a number is on the do-not-call list; others are shown as they came. */
export const suppressionReasons: Record<string, string> = {
  opt_out: "The person opted out", complaint: "Complaint", legal: "Legal", other: "Other",
};

/** Why a person is erased. */
export const erasureReasons: Record<string, string> = {
  request: "The person asked for it", withdrawal: "Consent was withdrawn", purpose_served: "The purpose is served",
  other: "Other",
};

/** What keeps calls of an erased person; others are shown as they came. */
export const keepingRules: Record<string, string> = {
  DPDP_RULE_8_3: "DPDP Rules: one year", RBI_RECOVERY_RECORDING: "Reserve Bank: recovery calls", LEGAL_HOLD: "Order to keep them",
};

/** What the audit log tells; others are shown as they came. */
export const auditKinds: Record<string, string> = {
  "call.decision": "The rules decided on a call", "call.ended": "A call ended",
  "recording.deleted": "A recording was deleted", "consent.created": "A consent was recorded",
  "consent.withdrawn": "A consent was withdrawn", "consent_form.created": "A consent form was made",
  "consent_form.refused": "A person answered a form with no", "suppression.created": "A number was put on the do-not-call list",
  "suppression.renewed": "A person opted out again", "a2p.declared": "A declaration was recorded",
  "a2p.deleted": "A declaration was removed", "template.registered": "A call template was registered",
  "template.deleted": "A call template was removed", "template.reviewed": "The operator decided on a call template",
  "kyc.reviewed": "The operator decided on your business", "dlt.binding": "The operator looked at your DLT binding",
  "erasure.created": "An erasure was asked for", "erasure.extended": "More is to be kept in spite of an erasure",
  "person.erased": "A person was erased", "held.read": "Calls that the law keeps were read",
  "records.exported": "Call records were exported",
  "log.closed": "This log was closed, and another follows it", "log.began": "This log began behind another",
};
