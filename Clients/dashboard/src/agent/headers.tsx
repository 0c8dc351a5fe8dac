import { Button } from "../parts/button";
import { Select, TextField } from "../parts/field";
import type { Options } from "../parts/field";
import { Link } from "../parts/link";
import { hostOf } from "./tool-draft";
import type { HeaderDraft } from "./tool-draft";
import type { ToolProps } from "./tool-form";

/** What is sent along with each request of a tool: texts, and secrets by their names. */
export function Headers(props: ToolProps) {
  const { tool, errors, at, onChange } = props;
  const put = (headers: HeaderDraft[]) => onChange({ ...tool, headers });
  const usual = tool.headers.some(({ name }) => name === "Authorization") ? "" : "Authorization";
  const add = (isSecret: boolean) => put([...tool.headers, { name: isSecret ? usual : "", value: "", isSecret }]);
  const overall = [errors[`${at}.headers`], errors[`${at}.secretHeaders`]].filter(Boolean).join(" ");
  return (
    <fieldset className="group">
      <legend>Headers</legend>
      <p className="hint">
        By which your server knows who asks. Everybody in your account can read a plain header: keys and passwords belong
        into <Link to="/settings/secrets">secrets</Link>.
      </p>
      {tool.headers.map((header, index) => (
        <Header
          key={index} header={header} index={index} {...props}
          put={(next) => put(tool.headers.map((each, place) => (place === index ? next : each)))}
          onRemove={() => put(tool.headers.filter((_, place) => place !== index))}
        />
      ))}
      {overall && <p className="error">{overall}</p>}
      <div className="actions">
        <Button onClick={() => add(true)}>Add secret header</Button>
        <Button onClick={() => add(false)}>Add plain header</Button>
      </div>
    </fieldset>
  );
}

function Header({ tool, header, index, at, errors, secrets, put, onRemove }: ToolProps & {
  header: HeaderDraft; index: number; put: (next: HeaderDraft) => void; onRemove: () => void;
}) {
  const { name, value, isSecret } = header;
  const error = errors[`${at}.${isSecret ? "secretHeaders" : "headers"}.${name}`];
  const { list, make } = secrets;
  const chosen = list?.find((each) => each.name === value);
  return (
    <div className="variable" role="group" aria-label={`Header ${name || "without a name"}`}>
      <TextField
        label="Header’s name" value={name} onChange={(next) => put({ ...header, name: next })}
        error={errors[`${at}.headers[${index}].name`]} isRequired
      />
      {isSecret
        ? (
          <Select
            label="Secret" value={value} onChange={(next) => put({ ...header, value: next })} error={error} isRequired
            options={secretOptions(list?.map((each) => each.name ?? ""), value)}
            hint={chosen ? `May be sent to ${chosen.hosts?.join(", ") || "no server"}.`
              : !make && "Owners and admins of your account add secrets."}
          />
        )
        : (
          <TextField
            label="Value" value={value} onChange={(next) => put({ ...header, value: next })} error={error} isRequired
          />
        )}
      {isSecret && make && (
        <Button onClick={() => make(hostOf(tool.url), (made) => put({ ...header, value: made }))}>New secret</Button>
      )}
      <Button kind="quiet" onClick={onRemove} label={`Remove header ${name}`}>Remove</Button>
    </div>
  );
}

function secretOptions(names: string[] | undefined, chosen: string): Options {
  const known = (names ?? []).map((name) => [name, name] as const);
  const isMissing = chosen !== "" && !names?.includes(chosen);
  return [["", "Choose a secret"], ...known, ...(isMissing ? [[chosen, names ? `${chosen} (not set)` : chosen] as const] : [])];
}
