/** The gate's rules as a merchant understands them: what each asks for, and what to do where it speaks against a call. */

interface RuleWords {
  title: string;
  asks: string;
  remedy: string;
  /** Where that is done. */
  place?: readonly [to: string, label: string];
}

const agents = ["/agents", "To the agents"] as const;
const numbers = ["/numbers", "To the numbers"] as const;
const settings = ["/settings", "To the settings"] as const;
const inHours = "Place the call within these hours.";

const rules: Record<string, RuleWords> = {
  NUMBER_DIALLABLE: {
    title: "Number of a person", asks: "The number belongs to a series that people answer.", remedy: "Check the number.",
  },
  CALLER_ID_PRESENT: {
    title: "Number to call from", asks: "The call or its agent has one.", remedy: "Give the agent a number on its page.",
    place: agents,
  },
  CALLER_ID_OWN: {
    title: "Your own number", asks: "The number to call from is rented by you or belongs to one of your agents.",
    remedy: "Call from a number of yours.", place: numbers,
  },
  A2P_DECLARED: {
    title: "Number declared to its operator", asks: "An operator acknowledged that machines call from the number.",
    remedy: "Have the operator acknowledge it, then record the declaration.", place: numbers,
  },
  MERCHANT_ACTIVE: {
    title: "Account open", asks: "Your account is not suspended.", remedy: "Contact support.",
  },
  MERCHANT_CHECKED: {
    title: "Business checked (KYC)", asks: "It is known who your business is, and was checked not too long ago.",
    remedy: "The settings say what is missing.", place: settings,
  },
  DLT_ENTITY: {
    title: "Registered as a sender (DLT)", asks: "Your business has an entity id on the operators’ DLT platforms.",
    remedy: "Enter your DLT entity id.", place: settings,
  },
  DLT_CHAIN: {
    title: "Bound to its telemarketer (DLT)",
    asks: "The DLT platforms have your business bound to the telemarketer of its calls, and we have seen it lately.",
    remedy: "Have the two bound there. The settings say whether we have seen it.", place: settings,
  },
  SECTOR_KNOWN: {
    title: "Sector known", asks: "It decides from which numbers, and when, you may call.", remedy: "Choose your sector.",
    place: settings,
  },
  AGENT_ACTIVE: { title: "Agent active", asks: "The agent is not paused.", remedy: "Make the agent active.", place: agents },
  SERIES_PROMOTIONAL: {
    title: "Promotion from series 140", asks: "Promotional calls, and those nobody classified, go out from 140 numbers.",
    remedy: "Give the agent a 140 number, or the purpose that its calls really have.", place: agents,
  },
  SERIES_SERVICE: {
    title: "Nothing else from series 140", asks: "Only promotional calls go out from 140 numbers.",
    remedy: "Give the agent a number of another series.", place: agents,
  },
  SERIES_1600: {
    title: "Series 1600 of regulated sectors", asks: "Sectors that have to call from 1600 do, and no other does.",
    remedy: "Give the agent a number of the series that your sector asks for.", place: agents,
  },
  SERIES_1601: {
    title: "Series 1601", asks: "Only some sectors call from it, and nobody advertises.",
    remedy: "Give the agent a number of another series.", place: agents,
  },
  TEMPLATE_APPROVED: {
    title: "Approved call template (DLT)",
    asks: "What the agent says is approved for such calls, from its number. Promotional calls need a template.",
    remedy: "Register a template that the DLT platforms approved, and choose it on the agent’s page.",
    place: ["/compliance/templates", "To the templates"],
  },
  NOT_SUPPRESSED: {
    title: "Not on your do-not-call list", asks: "The person has not told you to stop.",
    remedy: "Do not call this person. What is on the list stays there.", place: ["/compliance/do-not-call", "To the list"],
  },
  ERASED_PERSON: {
    title: "Not erased", asks: "A person who was erased is called only after a new consent to such calls.",
    remedy: "Wait for the person to come to you.",
  },
  DO_NOT_DISTURB: {
    title: "Not in the do-not-disturb register", asks: "The person is not registered against calls of this purpose (DND).",
    remedy: "Do not call this person for this. If the register could not be asked, try again later.",
  },
  CONSENT: {
    title: "Consent", asks: "The person agreed where that is needed, and has not taken it back.",
    remedy: "Ask the person, for example with a consent form.", place: ["/compliance/forms", "To the consent forms"],
  },
  CALLING_HOURS: { title: "Hours of promotion", asks: "Promotional calls are made from 10 am to 9 pm.", remedy: inHours },
  RECOVERY_HOURS: { title: "Hours of recovery", asks: "Calls about a debt are made from 8 am to 7 pm.", remedy: inHours },
  BANK_SALES_HOURS: {
    title: "Hours of lenders’ sales", asks: "Lenders’ sales calls are made from 9 am to 7 pm.", remedy: inHours,
  },
};

/** The words of a rule; of one that is not known here, its name. What is done at an agent is done at that of the call. */
export function ruleWords(name: string | undefined, agentId = ""): RuleWords {
  const words = rules[name ?? ""] ?? { title: name ?? "", asks: "", remedy: "" };
  return words.place === agents && agentId ? { ...words, place: [`/agents/${agentId}`, "To the agent"] } : words;
}
