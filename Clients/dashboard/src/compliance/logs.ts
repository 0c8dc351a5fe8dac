/** A merchant's audit logs: one, or several of which each follows the one before. */

import type { AuditLog } from "../../../typescript/index";
import { api } from "../api";
import { useAll } from "../loaded";

/** All of them in order; the last is the current one. */
export function useAuditLogs() {
  return useAll<AuditLog>(async (pageToken, signal) => {
    const page = await api.compliance.listAuditLogs({ pageToken }, { signal });
    return { items: page.logs ?? [], next: page.nextPageToken };
  });
}

/** How a log stands: written on, closed and followed, or left behind since it does not continue what was signed. */
export type Standing = "current" | "closed" | "lost";

/** What reading and verifying one of the logs takes. */
export interface ChosenLog {
  /** Its number; empty for the current one, which is meant where none is named. */
  epoch: string;
  standing: Standing;
  /** The number of the log before; empty for the first one. */
  previous: string;
  /** Whether the log before was left behind. */
  followsLoss: boolean;
  /** What files are called that have to do with it. */
  suffix: string;
}

/** The log of that number, or else the current one. */
export function chosenLog(logs: AuditLog[], epoch: string): ChosenLog {
  const log = logs.find((each) => each.epoch === epoch) ?? logs[logs.length - 1] ?? {};
  const standing = standingOf(log, logs);
  return {
    epoch: standing === "current" ? "" : log.epoch ?? "", standing,
    previous: hasPrevious(log) ? log.previousEpoch ?? "" : "", followsLoss: log.followsLoss ?? false,
    suffix: logs.length > 1 ? `-${log.epoch}` : "",
  };
}

export function standingOf(log: AuditLog, logs: AuditLog[]): Standing {
  const next = logs.find((each) => hasPrevious(each) && each.previousEpoch === log.epoch);
  return next ? next.followsLoss ? "lost" : "closed" : "current";
}

/** Whether there is a log before one. */
export function hasPrevious({ previousEpoch = "0" }: AuditLog): boolean {
  return previousEpoch !== "0";
}
