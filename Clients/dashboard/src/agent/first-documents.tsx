import { useState } from "react";
import { bytes } from "../format";
import { Button } from "../parts/button";
import { Card } from "../parts/card";
import { Notice } from "../parts/notice";
import { objection } from "./documents";
import { Drop } from "./drop";
import type { Going } from "./drop";

/** The documents of an agent that is not there yet: they are kept here, and sent when it is. */
export function FirstDocuments({ files, going, isDisabled, onChange }: {
  files: File[]; going: Going | undefined; isDisabled: boolean; onChange: (files: File[]) => void;
}) {
  const [refused, setRefused] = useState<string[]>([]);
  const add = (more: File[]) => {
    setRefused(more.flatMap((file) => objection(file) ?? []));
    // A file of the same name is the same one, mended.
    const good = more.filter((file) => !objection(file));
    onChange([...files.filter(({ name }) => !good.some((file) => file.name === name)), ...good]);
  };
  return (
    <Card
      title="What it knows" hint="PDF or TXT, 10 MB each. They are sent when the agent is created, and read in the background."
    >
      <Drop going={going} isDisabled={isDisabled} onFiles={add} />
      {refused.map((text) => <Notice kind="error" key={text}>{text}</Notice>)}
      {files.length > 0 && (
        <ul className="items">
          {files.map((file) => (
            <li key={file.name} className="item">
              <div className="item-head">
                <div><span className="breakable">{file.name}</span> <span className="faint nowrap">{bytes(file.size)}</span></div>
                <Button
                  kind="quiet" label={`Remove ${file.name}`} isDisabled={isDisabled}
                  onClick={() => onChange(files.filter((each) => each !== file))}
                >
                  Remove
                </Button>
              </div>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
