import { useState } from "react";
import { api } from "../api";
import { dayAfter, indianDay, startOfDay } from "../format";
import { useAction } from "../loaded";
import { Button } from "../parts/button";
import { Dialog } from "../parts/dialog";
import { Checkbox, Select, TextField } from "../parts/field";
import { Form } from "../parts/form";
import { Problem } from "../parts/notice";
import { announce } from "../parts/toast";
import { fieldErrors } from "../words";

/** As many days as one file may have. */
const longest = 31;

/** What a file can be, by the API's word for it: its ending, and for whom it is. */
const formats = {
  CSV: { ending: "csv", name: "CSV, for spreadsheets" },
  NDJSON: { ending: "ndjson", name: "NDJSON, for programs" },
} as const;

type Format = keyof typeof formats;

/** The days that are offered: those of the filter, and where it leaves one open, as many as a file may have. */
function offered({ from, to }: { from: string; to: string }): { first: string; last: string } {
  const today = indianDay(new Date());
  const end = from ? dayAfter(from, longest - 1) : today;
  const last = to || (end < today ? end : today);
  return { first: from || dayAfter(last, 1 - longest), last };
}

/** Has the browser keep a file. */
function save(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser takes the file after this, in its own time.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Asks for which days the call detail records are wanted, and hands over the file. */
export function ExportRecords({ from, to, agentId, mayHaveNumbers, onClose }: {
  from: string; to: string; agentId: string; mayHaveNumbers: boolean; onClose: () => void;
}) {
  const [days, setDays] = useState(() => offered({ from, to }));
  const [format, setFormat] = useState<Format>("CSV");
  const [fullNumbers, setFullNumbers] = useState(false);
  const { first, last } = days;
  const exporting = useAction(async () => {
    const file = await api.analytics.exportCallRecords({
      startTime: startOfDay(first), endTime: startOfDay(last, 1), format, fullNumbers, agentId,
    });
    save(file, `calls-${first}-to-${last}.${formats[format].ending}`);
    announce("The call records were downloaded");
    onClose();
  });
  const errors = fieldErrors(exporting.error);
  return (
    <Dialog title="Export call records" onClose={onClose}>
      <p className="hint">
        When each call{agentId && " of the chosen agent"} was, how long, to whom and at what cost; nothing of what was said.
        At most {longest} days.
      </p>
      <Form onSubmit={() => void exporting.run()} errors={errors} label="Export">
        <Problem error={exporting.error} title="There is no file" />
        <div className="columns">
          <TextField
            label="First day" type="date" value={first} onChange={(day) => setDays({ ...days, first: day })}
            error={errors["startTime"]} isRequired
          />
          <TextField
            label="Last day" type="date" value={last} onChange={(day) => setDays({ ...days, last: day })}
            error={errors["endTime"]} isRequired
          />
        </div>
        <Select
          label="File" value={format} onChange={(value) => setFormat(value as Format)} isRequired error={errors["format"]}
          options={Object.entries(formats).map(([key, { name }]) => [key, name] as const)}
        />
        {mayHaveNumbers && (
          <Checkbox
            label="With whole phone numbers" isChecked={fullNumbers} onChange={setFullNumbers}
            hint="Otherwise they are masked, as +9198******10. The audit log keeps who had them."
          />
        )}
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" isBusy={exporting.isBusy} isDisabled={!first || !last}>Download</Button>
        </div>
      </Form>
    </Dialog>
  );
}
