import { useState } from "react";

/** A file on its way. */
export interface Going {
  name: string;
  /** From 0 to 1. */
  share: number;
}

/** Where files are dropped or chosen, with the one that is on its way. */
export function Drop({ going, isDisabled, onFiles }: {
  going: Going | undefined; isDisabled: boolean; onFiles: (files: File[]) => void;
}) {
  const [isOver, setOver] = useState(false);
  const take = (files: FileList | null) => {
    if (files?.length && !isDisabled) onFiles(Array.from(files));
  };
  return (
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
          className="unseen" type="file" accept=".pdf,.txt,application/pdf,text/plain" multiple disabled={isDisabled}
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
  );
}
