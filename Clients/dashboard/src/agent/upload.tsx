import { useState } from "react";
import { useAction } from "../loaded";
import { Card } from "../parts/card";
import { Notice, Problem } from "../parts/notice";
import { announce } from "../parts/toast";
import { sendDocument } from "./documents";
import { Drop } from "./drop";
import type { Going } from "./drop";

/** Takes files by choosing or dropping them, one after the other, and shows how far they are. */
export function Upload({ agentId, onDone }: { agentId: string; onDone: () => void }) {
  const [refused, setRefused] = useState<string[]>([]);
  const [going, setGoing] = useState<Going | undefined>(undefined);
  const uploading = useAction(async (files: File[]) => {
    setRefused([]);
    try {
      for (const file of files) {
        const reason = await sendDocument(agentId, file, (share) => setGoing({ name: file.name, share }));
        if (reason) setRefused((before) => [...before, reason]);
        else announce(`${file.name} was uploaded`);
      }
    } finally {
      setGoing(undefined);
      onDone();
    }
  });
  return (
    <Card title="Add documents" hint="PDF or TXT, 10 MB each. They are read in the background.">
      <Drop going={going} isDisabled={uploading.isBusy} onFiles={(files) => void uploading.run(files)} />
      {refused.map((text) => <Notice kind="error" key={text}>{text}</Notice>)}
      <Problem error={uploading.error} title="The upload failed" />
    </Card>
  );
}
