/** What the API's words are called on the page. */

import type {
  CallPurpose, CallState, CallDirection, KycSector, ModelSettingsEngine, RecordingAnswer, Role, User,
} from "../../typescript/index";

/** Languages by their codes. */
export const languages: Record<string, string> = { hi: "Hindi", en: "English" };

/** What holds a call, each with what it comes to. */
export const engines: Record<ModelSettingsEngine, { name: string; help: string }> = {
  ENGINE_UNSPECIFIED: {
    name: "Server’s choice",
    help: "Live speech; if that fails, in the middle of a call too, the cascade goes on where the server has one.",
  },
  LIVE: { name: "Live speech", help: "One model that hears and speaks, alone: if it fails, the call ends." },
  CASCADE: {
    name: "Cascade", help: "A recogniser, a text model and a voice, one after the other; not every server has them.",
  },
};

/** Who makes voices, and for what. */
export const providers: Record<string, string> = { gemini: "Gemini, for live speech", azure: "Azure, for the cascade" };

/** What the tools do that the server itself gives to agents, unless they have their own of that name. */
export const builtInTools: Record<string, string> = { search_knowledge: "Looked into its documents" };

/** The classes of calls, each with what it is for. */
export const purposes: Record<CallPurpose, string> = {
  CALL_PURPOSE_UNSPECIFIED: "Not classified (treated as promotional)",
  CALL_PURPOSE_TRANSACTIONAL: "Transactional: within 30 minutes of the customer's own transaction",
  CALL_PURPOSE_SERVICE: "Service: about something the customer already has",
  CALL_PURPOSE_SERVICE_EXPLICIT: "Service with explicit consent",
  CALL_PURPOSE_PROMOTIONAL: "Promotional: any advertising content",
  CALL_PURPOSE_RECOVERY: "Recovery: about a debt that is overdue",
};

/** The sectors that a business can be of. */
export const sectors: Record<KycSector, string> = {
  SECTOR_UNSPECIFIED: "Not said",
  COMMERCIAL_BANK: "Commercial bank",
  SMALL_BANK: "Small finance or payments bank",
  COOPERATIVE_BANK: "Co-operative or regional rural bank",
  LARGE_NBFC: "Large NBFC",
  NBFC: "Other NBFC",
  MUTUAL_FUND: "Mutual fund or asset manager",
  PENSION: "Pension fund or record keeper",
  INSURANCE: "Insurance",
  STOCKBROKER: "Qualified stockbroker",
  SECURITIES: "Other SEBI intermediary",
  PUBLIC_BODY: "Government body",
  UTILITY: "Electricity, gas or water",
  LOGISTICS: "Courier or logistics",
  OTHER: "None of these",
};

/** Where a call stands. */
export const callStates: Record<CallState, string> = {
  STATE_UNSPECIFIED: "Unknown",
  QUEUED: "Queued",
  BLOCKED: "Blocked",
  DIALING: "Dialling",
  RINGING: "Ringing",
  IN_PROGRESS: "In progress",
  COMPLETED: "Completed",
  FAILED: "Failed",
  BUSY: "Busy",
  NO_ANSWER: "No answer",
  CANCELED: "Cancelled",
};

/** Who called whom. */
export const directions: Record<CallDirection, string> = {
  DIRECTION_UNSPECIFIED: "Unknown", OUTBOUND: "Outgoing", INBOUND: "Incoming", LIVE: "Live audio",
};

/** What a person answered whom the agent asked whether the call may be recorded. */
export const recordingAnswers: Record<RecordingAnswer, string> = {
  RECORDING_ANSWER_UNSPECIFIED: "", RECORDING_ANSWER_GRANTED: "Yes: recorded from then on",
  RECORDING_ANSWER_REFUSED: "No: not recorded", RECORDING_ANSWER_UNANSWERED: "No clear answer: not recorded",
};

/** Why a call ended, and what to do about it; words that are not here are shown as they came. */
export const endReasons: Record<string, string> = {
  caller_hung_up: "The other side hung up.",
  agent_ended: "The agent ended the call.",
  max_duration: "The call reached its longest duration.",
  caller_silent: "The other side was silent for too long.",
  requested: "Somebody ended it.",
  compliance: "The compliance rules did not allow it when it was to be dialled.",
  agent_deleted: "Its agent was deleted before it was dialled.",
  model_failed: "The speech model failed. Please place the call again.",
  model_silent: "The speech model stopped answering. Please place the call again.",
  carrier_error: "The carrier could not place it. Check the number, or try later.",
  carrier_lost: "The audio connection broke off.",
  carrier_never_started: "The carrier never sent any audio.",
  carrier_silent: "The carrier stopped sending audio.",
  protocol_violation: "The carrier sent what could not be understood.",
  server_lost: "The server that held the call stopped.",
};

/** What the roles are called. */
export const roles: Record<Role, string> = {
  ROLE_UNSPECIFIED: "None", ROLE_OWNER: "Owner", ROLE_ADMIN: "Admin", ROLE_MEMBER: "Member", ROLE_VIEWER: "Viewer",
};

const ended: CallState[] = ["COMPLETED", "BLOCKED", "FAILED", "BUSY", "NO_ANSWER", "CANCELED"];

/** Whether nothing more happens in a call. */
export function hasEnded(state: CallState | undefined): boolean {
  return state !== undefined && ended.includes(state);
}

/** Whether a user may change agents, knowledge and calls. */
export function mayWrite(user: User | undefined): boolean {
  return user?.role !== "ROLE_VIEWER";
}

/** Whether a user may change the account: keys, users, webhooks, numbers. */
export function mayManage(user: User | undefined): boolean {
  return user?.role === "ROLE_OWNER" || user?.role === "ROLE_ADMIN";
}
