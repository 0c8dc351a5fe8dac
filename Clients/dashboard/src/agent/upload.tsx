import { useState } from "react";
import { ApiError } from "../../../typescript/index";
import { api } from "../api";
import { bytes } from "../format";
import { useAction } from "../loaded";
import { Card } from "../parts/card";
import { Notice, Problem } from "../parts/notice";
import { announce } from "../parts/toast";

const largest = 10 << 20;
const kinds: Record<string, string> = { pdf: "application/pdf", txt: "text/plain" };

/** Why a file cannot be taken; nothing when it can. */
function objection(file: File): string | undefined {
  const ending = file.name.split(".").pop()?.toLowerCase() ?? "";
  if (!kinds[ending]) return `${file.name} is neither a PDF nor a TXT file.`;
  if (file.size > largest) return `${file.name} has ${bytes(file.size)}; ${bytes(largest)} are allowed. Split it into parts.`;
  return file.size === 0 ? `${file.name} is empty.` : undefined;
}

/** What the server has against a file; nothing when what went wrong is not the file's fault. */
function refusal(file: File, error: unknown): string | undefined {
  const [violation] = error instanceof ApiError ? error.fieldViolations : [];
  return violation && `${file.name} ${violation.description}.`;
}

/** Takes files by choosing or dropping them, one after the other, and shows how far they are. */
export function Upload({ agentId, onDone }: { agentId: string; onDone: () => void }) {
  const [isOver, setOver] = useState(false);
  const [refused, setRefused] = useState<string[]>([]);
  const [going, setGoing] = useState<{ name: string; share: number } | undefined>(undefined);
  const uploading = useAction(async (files: File[]) => {
    setRefused([]);
    try {
      for (const file of files) {
        const reason = objection(file) ?? await send(file);
        if (reason) setRefused((before) => [...before, reason]);
      }
    } finally {
      setGoing(undefined);
      onDone();
    }
  });
  const send = async (file: File) => {
    setGoing({ name: file.name, share: 0 });
    const type = kinds[file.name.split(".").pop()?.toLowerCase() ?? ""] ?? file.type;
    try {
      await api.knowledge.uploadDocument(
        { agentId, displayName: file.name, file: new Blob([file], { type }) },
        { onUpload: (sent, total) => setGoing({ name: file.name, share: total ? sent / total : 0 }) });
    } catch (error) {
      const reason = refusal(file, error);
      if (!reason) throw error;
      return reason;
    }
    announce(`${file.name} was uploaded`);
    return undefined;
  };
  const take = (files: FileList | null) => void (files?.length && uploading.run(Array.from(files)));
  return (
    <Card title="Add documents" hint="PDF or TXT, 10 MB each. They are read in the background.">
      <div
        className={isOver ? "drop over" : "drop"}
        onDragOver={(event) => { event.preventDefault(); setOver(true); }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => { event.preventDefault(); setOver(false); take(event.dataTransfer.files); }}
      >
        <p>Drop files here, or</p>
        <label className="button plain">
          Choose files
          <input
            className="unseen" type="file" accept=".pdf,.txt,application/pdf,text/plain" multiple
            disabled={uploading.isBusy}
            onChange={(event) => {
              take(event.target.files);
              // The same file can be chosen once more, as after it was mended.
              event.target.value = "";
            }}
          />
        </label>
        {going && (
          <label className="progress">
            {going.name}
            <progress max={1} value={going.share} />
          </label>
        )}
      </div>
      {refused.map((text) => <Notice kind="error" key={text}>{text}</Notice>)}
      <Problem error={uploading.error} title="The upload failed" />
    </Card>
  );
}
