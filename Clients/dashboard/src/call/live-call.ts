/** A call as it is now: read once, followed while it goes on, and read again when its analysis is in. */

import { useEffect, useState } from "react";
import { ApiError } from "../../../typescript/index";
import type { Call, TranscriptEntry } from "../../../typescript/index";
import { api } from "../api";
import { hasEnded } from "../names";
import { isAbort } from "../words";

const pause = 2000;
/** How often the analysis is looked for after the end; it takes seconds. */
const analysisTries = 15;
/** What passes by itself, such as a load balancer whose server is started anew. */
const passing = ["UNAVAILABLE", "DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED"];

function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Waits as long as what went wrong asks for; throws it where waiting does not help. */
function outlast(error: unknown, signal: AbortSignal): Promise<void> {
  if (error instanceof ApiError && !passing.includes(error.code)) throw error;
  const asked = error instanceof ApiError ? (error.retryAfter ?? 0) * 1000 : 0;
  return wait(Math.max(pause, asked), signal);
}

/** Hands on each change of a call until it has ended. */
async function follow(callId: string, signal: AbortSignal, show: (change: (call: Call) => Call) => void): Promise<void> {
  const transcript: TranscriptEntry[] = [];
  for await (const event of api.calls.watchCall({ callId }, { signal })) {
    if (event.transcript) transcript.push(event.transcript);
    const now = event.call ?? {};
    show((call) => ({ ...call, ...now, transcript: [...transcript] }));
  }
}

async function keepCurrent(
  callId: string, signal: AbortSignal, show: (change: (call: Call) => Call) => void, fail: (error: unknown) => void,
): Promise<void> {
  const read = async () => {
    const call = await api.calls.getCall({ callId }, { signal });
    show(() => call);
    return call;
  };
  let call = await read();
  while (!hasEnded(call.state) && !signal.aborted) {
    // A stream that broke off is taken up again; a refusal is final.
    await follow(callId, signal, show).catch((error: unknown) => outlast(error, signal));
    call = await read().catch((error: unknown) => {
      fail(error);
      return call;
    });
    if (!hasEnded(call.state)) await wait(pause, signal);
  }
  for (let tries = 0; mayBeAnalysed(call) && tries < analysisTries && !signal.aborted; tries += 1) {
    await wait(pause, signal);
    if (!signal.aborted) call = await read().catch((error: unknown) => outlast(error, signal).then(() => call));
  }
}

/** Whether an analysis is to be expected soon: after an answered call that ended just now. */
export function mayBeAnalysed(call: Call): boolean {
  const isRecent = Date.now() - Date.parse(call.endTime ?? "") < 120_000;
  return call.state === "COMPLETED" && !call.analysis && isRecent
    && (call.transcript ?? []).some((entry) => entry.speaker === "CALLER");
}

/** The call as it is now, and what keeps it from being known. */
export function useLiveCall(callId: string) {
  const [call, setCall] = useState<Call | undefined>(undefined);
  const [error, setError] = useState<unknown>(undefined);
  const [round, setRound] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    const show = (change: (call: Call) => Call) => {
      if (stop.signal.aborted) return;
      setCall((before) => change(before ?? {}));
      setError(undefined);
    };
    const fail = (reason: unknown) => stop.signal.aborted || isAbort(reason) || setError(reason);
    keepCurrent(callId, stop.signal, show, fail).catch(fail);
    return () => stop.abort();
  }, [callId, round]);
  return { call, error, reload: () => setRound((before) => before + 1) };
}
