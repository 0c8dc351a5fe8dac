/** What went wrong, in words, and what to do about it. */

import { ApiError } from "../../typescript/index";
import type { FieldViolation } from "../../typescript/index";
import { time } from "./format";

const byCode: Record<string, string> = {
  UNAVAILABLE: "The server cannot be reached right now. Check your connection and try again.",
  DEADLINE_EXCEEDED: "The server took too long to answer. Please try again.",
  PERMISSION_DENIED: "Your role does not allow this. Ask an owner or an admin of your account.",
  UNAUTHENTICATED: "Your session has ended. Please log in again.",
  NOT_FOUND: "This is not here any more. It may have been deleted.",
  ABORTED: "Somebody else changed this in the meantime. Load it again to see what changed, then make your change once more.",
  UNIMPLEMENTED: "This server does not offer this yet.",
  INTERNAL: "Something went wrong on our side. Please try again; if it happens again, tell support the request number.",
};

/** A sentence or two for the reader of a page. */
export function explain(error: unknown): string {
  if (!(error instanceof ApiError)) return "Something went wrong on this page. Please load it again.";
  if (error.code === "RESOURCE_EXHAUSTED") return tooMuch(error);
  if (violations(error).length) return "Some fields need your attention.";
  const known = byCode[error.code];
  return known ? withRequest(known, error) : sentence(error.message);
}

function tooMuch(error: ApiError): string {
  if (error.status === 413) return "This is too large for the server.";
  const wait = error.retryAfter;
  // What no waiting helps against, such as one document too many, is said by the server alone.
  return wait ? `That was too often. Please try again in ${wait} ${wait === 1 ? "second" : "seconds"}.`
    : sentence(error.message);
}

function withRequest(text: string, error: ApiError): string {
  return error.code === "INTERNAL" && error.requestId ? `${text} Request ${error.requestId}.` : text;
}

/** A message of the server as a sentence, with times as they read in India. */
export function sentence(text: string): string {
  const told = text.replace(/\b\d{4}-\d\d-\d\dT[\d:.]+Z/g, (moment) => time(moment));
  const whole = told.charAt(0).toUpperCase() + told.slice(1);
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}

/** What a rule of the gate said: the code that it may begin with, and the rest. */
export function reason(text: string): { code: string; words: string } {
  const [, code = "", words = text] = /^([A-Z0-9_]+): (.*)$/s.exec(text) ?? [];
  return { code, words };
}

/** Fields whose labels say more, or other words, than their names in the API. */
const labels: Record<string, string> = {
  "agent.model.engine": "What holds its calls", "agent.model.name": "Name of the model",
  "agent.model.temperature": "Temperature", "agent.model.maxOutputTokens": "Longest answer",
  "consent.grantTime": "Given", "consent.expireTime": "Last day", "consent.statement": "What the person agreed to",
  "consent.basis": "What it rests on", "holdUntil": "An order has them kept until", "reason": "Why", "suppression.reason": "Why",
  "declaration.startTime": "First day", "declaration.endTime": "Last day",
  "consentForm.consentLifetime": "Days that the consent lasts", "consentForm.offering": "What you offer",
  "apiKey.displayName": "Name", "apiKey.expireTime": "Ends", "apiKey.scopes": "What it may do",
  "template.dltTemplateId": "DLT template id", "template.callClass": "Calls", "template.content": "Words",
  "agent.webhookUrl": "Webhook URL", "agent.maxDuration": "Longest call",
  "agent.systemPrompt": "Instructions", "agent.voiceId": "Voice", "agent.callTemplateIds": "Call templates",
  "agent.fallbackVoiceIds": "Fallback voices", "agent.firstSpeaker": "Who speaks first", "agent.recordingEnabled": "Record calls",
  "agent.recordingConsent": "Question before recording", "agent.mayEndCall": "The agent may end a call",
  "agent.turnTaking.preset": "Pace", "agent.turnTaking.interruptionSensitivity": "What counts as speech",
  "agent.turnTaking.interruptionsDisabled": "The caller cannot interrupt the agent",
  "agent.turnTaking.idlePrompts": "How often it asks before it hangs up",
  "agent.turnTaking.endOfTurnSilence": "Silence that ends the caller’s turn",
  "agent.turnTaking.interruptionSpeech": "Speech that interrupts the agent",
  "startTime": "First day", "endTime": "Last day", "password": "First password",
  "email": "E-mail", "user.email": "E-mail", "merchant.email": "Contact e-mail", "endpoint.url": "URL",
  "merchant.webhookUrl": "URL", "merchant.corsOrigins": "Origins", "hosts": "Servers it may be sent to",
  "merchant.kyc.legalName": "Legal name", "merchant.kyc.constitution": "Kind of business", "merchant.kyc.sector": "Sector",
  "merchant.kyc.pan": "PAN", "merchant.kyc.gstins": "GSTINs", "merchant.kyc.registrationNumber": "CIN or LLPIN",
  "merchant.kyc.registeredAddress": "Registered address", "merchant.kyc.dltEntityId": "DLT entity id",
  "merchant.kyc.dltTelemarketerId": "DLT telemarketer id", "merchant.kyc.useCase": "What the agents call people for",
  "agent.turnTaking.idleTimeout": "Silence before it asks who is there", "agent.turnTaking.idleMessage": "What it asks",
};

/** The same for the parts of a tool. */
const toolLabels: Record<string, string> = {
  description: "what it is for", parameters: "parameter", url: "address of your server", timeout: "time limit",
  headers: "header", secretHeaders: "secret header",
};

/** A field's path in words: `agent.variables[0].name` is "Variables 1 name", `agent.tools[0].name` "Tool 1, name". */
export function fieldName(path: string): string {
  const [, list = path, place] = /^(.*)\[(\d+)\]$/.exec(path) ?? [];
  const label = labels[list];
  if (label) return place === undefined ? label : `${label} ${Number(place) + 1}`;
  const spaced = (text: string) => text.replace(/\[(\d+)\]/g, (_, index) => ` ${Number(index) + 1}`).split(".").join(" ");
  const tool = /^agent\.tools\[(\d+)\]\.(\w+)(.*)$/.exec(path);
  if (tool) {
    const [, index, part = "", rest = ""] = tool;
    return `Tool ${Number(index) + 1}, ${toolLabels[part] ?? part}${spaced(rest.split(".properties").join(""))}`;
  }
  const own = path.split(".").slice(path.includes(".") ? 1 : 0).join(".").replace("VoiceIds", "Voices");
  const words = spaced(own).replace(/([A-Z])/g, " $1");
  return words.charAt(0).toUpperCase() + words.slice(1).toLowerCase();
}

/** What is wrong with each field; what is there already is told in the message alone, behind the field's path. */
export function violations(error: unknown): FieldViolation[] {
  if (!(error instanceof ApiError)) return [];
  const [, field, description] = /^([a-z]\w*\.[\w.]+): (.+)$/s.exec(error.message) ?? [];
  if (error.code !== "ALREADY_EXISTS" || !field || !description) return error.fieldViolations;
  return [{ field, description }];
}

/** What is wrong with each field, by its name in the form; `prefix` is what the request calls the form. */
export function fieldErrors(error: unknown, prefix = ""): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { field, description } of violations(error)) {
    const name = field.startsWith(prefix) ? field.slice(prefix.length) : field;
    found[name] ??= sentence(plain({ field, description }));
  }
  return found;
}

/** What is wrong with a list: with all of it, or with the first of its texts that is wrong. */
export function listError(errors: Record<string, string>, name: string, texts: string[]): string | undefined {
  const at = texts.findIndex((_, index) => errors[`${name}[${index}]`]);
  return errors[name] ?? (at < 0 ? undefined : `${texts[at]}: ${errors[`${name}[${at}]`]}`);
}

/** What the server says to programs, as it reads to others. */
const plainWords: [string, string][] = [
  ["expected a duration like \"1.5s\"", "must be a number, such as 1.5"],
  ["must not be more than 31 days after startTime", "must be one of the 31 days from the first day on"],
  ["must be PROMOTIONAL, SERVICE or TRANSACTIONAL", "must be one of the calls in the list"],
  ["a PROMOTIONAL template", "a promotional template"],
  ["is not a voice of ListVoices", "must be one of the voices in the list"],
  ["must be later than startTime", "must not be before the first day"],
  ["must be later than consent.grantTime", "must not be before the day on which it was given"],
  ["must not be below firstNumber", "must not be below the first number"],
  ["must be set, to a time of the years 1 to 9999", "must be set"],
  ["must be a time of the years 1 to 9999", "must be a day of the years 1 to 9999"],
  ["maxApiKeyLifetime says so", "your account allows no longer ones"],
  ["expected a number that a float can hold", "must be a number, such as 0.7"],
  ["expected a number", "must be a number, such as 0.7"],
  ["expected a whole number from -2147483648 to 2147483647", "must be a whole number"],
  ["must match [A-Za-z_][A-Za-z0-9_]{0,63}", "must have 1 to 64 letters, digits and _, and begin with no digit"],
  ["; see SecretService", ""],
  ["url has no scheme followed by ://", "must begin with https://"],
  ["url scheme is not a letter followed by letters and digits", "must begin with https://"],
  ["url authority is not host or host:port", "must name a server behind https://, such as shop.example.in"],
  ["must be between 10.0 seconds and 3600.0 seconds", "must be between 0.17 and 60 minutes"],
];

/** What is wrong with a field, without its path, which a message about unreadable JSON repeats. */
export function plain({ field, description }: FieldViolation): string {
  const words = description.startsWith(`${field}: `) ? description.slice(field.length + 2) : description;
  return plainWords.reduce((text, [from, to]) => text.replace(from, to), words);
}

/** A refusal as the server words its own, of what a form cannot send: two entries of one name, for example. */
export function refusal(fieldViolations: FieldViolation[]): ApiError {
  return new ApiError({
    status: 400, code: "INVALID_ARGUMENT", message: "the form is incomplete",
    details: [{ "@type": "type.googleapis.com/google.rpc.BadRequest", fieldViolations }],
  });
}

/** Whether an error is that the reader left before the answer came. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}
