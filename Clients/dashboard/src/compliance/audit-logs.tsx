import type { AuditLog } from "../../../typescript/index";
import { number, time } from "../format";
import { StateBadge } from "../parts/badge";
import type { Shown } from "../parts/badge";
import { Button } from "../parts/button";
import { Card } from "../parts/card";
import { Link } from "../parts/link";
import { setQuery } from "../router";
import { hasPrevious, standingOf } from "./logs";
import type { Standing } from "./logs";

/** The logs, newest first, each with how it began. One of them can be looked at alone: `shown`, if that is no empty text. */
export function AuditLogs({ logs, shown }: { logs: AuditLog[]; shown: string }) {
  return (
    <Card
      title="Logs" hint="A log is signed by one key for ever. For another key it is closed, and the next one follows it."
      actions={shown && <Button onClick={() => setQuery({ log: "" })}>Show all logs</Button>}
    >
      <ol className="items" aria-label="Logs">
        {[...logs].reverse().map((log) => (
          <Log key={log.epoch ?? ""} of={log} standing={standingOf(log, logs)} before={logs.find(isBefore(log))} shown={shown} />
        ))}
      </ol>
    </Card>
  );
}

function isBefore(log: AuditLog): (each: AuditLog) => boolean {
  return ({ epoch }) => hasPrevious(log) && epoch === log.previousEpoch;
}

const badges: Record<Standing, Shown> = {
  current: ["good", "Current"], closed: ["idle", "Closed"], lost: ["bad", "Lost or changed"],
};

function Log({ of, standing, before, shown }: {
  of: AuditLog; standing: Standing; before: AuditLog | undefined; shown: string;
}) {
  return (
    <li className="item">
      <div className="item-head">
        <div>
          <p className="strong">Log {of.epoch}</p>
          <p className="hint">{of.beginTime ? `Began on ${time(of.beginTime)}` : "Began with its first entry"}</p>
        </div>
        <StateBadge of={badges[standing]} />
      </div>
      {before && (
        <p>
          {beginning(of)} <Link to={`/compliance/audit?subject=${encodeURIComponent(before.origin ?? "")}`}>Why</Link>
        </p>
      )}
      {of.epoch !== shown && (
        <div className="row-actions">
          <Button kind="quiet" onClick={() => setQuery({ log: of.epoch ?? "" })}>{`Show log ${of.epoch}`}</Button>
        </div>
      )}
    </li>
  );
}

/** What a log has to do with the one before. */
function beginning({ previousEpoch, previousSize, followsLoss }: AuditLog): string {
  const size = `${number(previousSize)} ${previousSize === "1" ? "entry" : "entries"}`;
  return followsLoss
    ? `Follows a loss: log ${previousEpoch}, as it was found with ${size}, does not continue what was signed of it. `
      + "Entries were lost or changed."
    : `Follows log ${previousEpoch}, which was closed with ${size}.`;
}
