import type { CallPurpose, CallTemplate, CallTemplateCallClass } from "../../../typescript/index";
import { callClasses, templateStates } from "../compliance/names";
import { phone } from "../format";
import { languages } from "../names";
import { Button } from "../parts/button";
import { Select } from "../parts/field";
import { Link } from "../parts/link";
import { beginning, useCallTemplates } from "../templates-list";
import type { FieldsProps } from "./agent-fields";
import type { Draft } from "./draft";

/** As many as the server takes. */
const most = 16;

/** What the DLT platforms approved that the agent says, chosen among the merchant's templates. */
export function CallTemplates({ draft, set, errors }: Pick<FieldsProps, "draft" | "set" | "errors">) {
  const templates = useCallTemplates().value;
  const ids = draft.callTemplateIds;
  const change = (callTemplateIds: string[]) => set({ callTemplateIds });
  return (
    <fieldset className="group">
      <legend>Call templates</legend>
      <p className="hint">
        What your DLT platform approved that it says. Promotional calls are not placed without one in the call’s language.
        {" "}<Link to="/compliance/templates">To the templates</Link>
      </p>
      {ids.map((id, index) => (
        <div key={index} className="variable" role="group" aria-label={`Call template ${index + 1}`}>
          <Choice
            label={`Call template ${index + 1}`} id={id} templates={templates} draft={draft}
            error={errors[`callTemplateIds[${index}]`]}
            onChange={(next) => change(ids.map((each, place) => (place === index ? next : each)))}
          />
          <Button
            kind="quiet" label={`Remove call template ${index + 1}`}
            onClick={() => change(ids.filter((_, place) => place !== index))}
          >
            Remove
          </Button>
        </div>
      ))}
      {errors["callTemplateIds"] && <p className="error">{errors["callTemplateIds"]}</p>}
      {ids.length < most && (
        <div className="actions"><Button onClick={() => change([...ids, ""])}>Add call template</Button></div>
      )}
    </fieldset>
  );
}

function Choice({ label, id, templates, draft, error, onChange }: {
  label: string; id: string; templates: CallTemplate[] | undefined; draft: Draft; error: string | undefined;
  onChange: (id: string) => void;
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
      hint={chosen ? faultOf(chosen, draft) : id && templates && "This template is not registered, so no call goes out."}
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

/** Why the rules would refuse the agent's calls for a template; nothing when all fits. */
function faultOf(template: CallTemplate, { purpose, phoneNumber }: Draft): string | undefined {
  const { state = "STATE_UNSPECIFIED", callClass = "CALL_CLASS_UNSPECIFIED", headers = [] } = template;
  if (state === "SUBMITTED") return "Nobody has looked at this template yet. Until then no call goes out by it.";
  if (state !== "APPROVED") return `${templateStates[state][1]}: no call goes out by this template.`;
  if (callClass !== classes[purpose]) {
    const own = callClasses[classes[purpose]];
    return `Approved for calls of the class ${callClasses[callClass]}; those of this purpose are of ${own}.`;
  }
  if (phoneNumber && headers.length > 0 && !headers.includes(phoneNumber)) {
    return `Not registered for ${phone(phoneNumber)}, so no call goes out from there.`;
  }
  return undefined;
}
