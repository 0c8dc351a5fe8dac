import type { CallPurpose, CallTemplate, CallTemplateCallClass, KycSector } from "../../../typescript/index";
import { callClasses, templateStates } from "../compliance/names";
import { phone } from "../format";
import { useMerchant } from "../merchant";
import { languages, sectors } from "../names";
import { Choices } from "../parts/choices";
import { Select } from "../parts/field";
import { Link } from "../parts/link";
import { Problem } from "../parts/notice";
import { beginning, useCallTemplates } from "../templates-list";
import type { FieldsProps } from "./agent-fields";
import type { Draft } from "./draft";

/** As many as the server takes. */
const most = 16;

/** What the DLT platforms approved that the agent says, chosen among the merchant's templates. */
export function CallTemplates({ draft, set, errors }: Pick<FieldsProps, "draft" | "set" | "errors">) {
  const templates = useCallTemplates();
  const merchant = useMerchant();
  return (
    <>
      <Problem error={templates.error} title="The call templates could not be read" onRetry={templates.reload} />
      <Choices
        legend="Call templates" name="Call template" values={draft.callTemplateIds} most={most}
        error={errors["callTemplateIds"]} onChange={(callTemplateIds) => set({ callTemplateIds })}
        hint={(
          <>
            What your DLT platform approved that it says. Promotional calls are not placed without one in the call’s language.
            {" "}<Link to="/compliance/templates">To the templates</Link>
          </>
        )}
      >
        {(label, id, index, choose) => (
          <Choice
            label={label} id={id} templates={templates.value} draft={draft} sector={merchant.value?.kyc?.sector}
            error={errors[`callTemplateIds[${index}]`]} onChange={choose}
          />
        )}
      </Choices>
    </>
  );
}

function Choice({ label, id, templates, draft, sector, error, onChange }: {
  label: string; id: string; templates: CallTemplate[] | undefined; draft: Draft; sector: KycSector | undefined;
  error: string | undefined; onChange: (id: string) => void;
}) {
  const chosen = templates?.find((each) => each.templateId === id);
  const groups = Object.keys(languages).map((code) => ({
    label: languages[code] ?? code,
    options: (templates ?? []).filter(({ language }) => language === code)
      .map((each) => [each.templateId ?? "", optionText(each)] as const),
  }));
  return (
    <Select
      label={label} value={id} onChange={onChange} error={error} isRequired
      options={[["", "Choose a template"], ...(id && !chosen ? [[id, id] as const] : [])]}
      groups={groups.filter(({ options }) => options.length > 0)}
      hint={chosen ? faultOf(chosen, draft, sector) : id && templates && "This template is not registered, so no call goes out."}
    />
  );
}

function optionText(template: CallTemplate): string {
  const [, state] = templateStates[template.state ?? "STATE_UNSPECIFIED"];
  return [beginning(template), template.dltTemplateId, template.state === "APPROVED" ? "" : state].filter(Boolean).join(" · ");
}

/** Which class of templates calls of a purpose need. */
const classes: Record<CallPurpose, CallTemplateCallClass> = {
  CALL_PURPOSE_UNSPECIFIED: "PROMOTIONAL", CALL_PURPOSE_PROMOTIONAL: "PROMOTIONAL",
  CALL_PURPOSE_TRANSACTIONAL: "TRANSACTIONAL", CALL_PURPOSE_SERVICE: "SERVICE",
  CALL_PURPOSE_SERVICE_EXPLICIT: "SERVICE", CALL_PURPOSE_RECOVERY: "SERVICE",
};

/** Why the rules would refuse the agent's calls for a template; nothing when all fits. `own` is the business's sector. */
function faultOf(template: CallTemplate, { purpose, phoneNumber }: Draft, own: KycSector | undefined): string | undefined {
  const { state = "STATE_UNSPECIFIED", callClass = "CALL_CLASS_UNSPECIFIED", headers = [] } = template;
  if (state === "SUBMITTED") return "Nobody has looked at this template yet. Until then no call goes out by it.";
  if (state !== "APPROVED") return `${templateStates[state][1]}: no call goes out by this template.`;
  if (callClass !== classes[purpose]) {
    const own = callClasses[classes[purpose]];
    return `Approved for calls of the class ${callClasses[callClass]}; those of this purpose are of ${own}.`;
  }
  if (own && template.sector && template.sector !== own) {
    const [others, ours] = [sectors[template.sector], sectors[own]];
    return `Approved for the sector “${others}”; your business is “${ours}”, so no call goes out by it.`;
  }
  if (phoneNumber && headers.length > 0 && !headers.includes(phoneNumber)) {
    return `Not registered for ${phone(phoneNumber)}, so no call goes out from there.`;
  }
  return undefined;
}
