/** Something that a page reads from the server: being read, there, or failed. */

import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { newKey } from "../../typescript/index";
import { isAbort } from "./words";

/** What a page reads, as far as it is known. */
export interface Loaded<T> {
  /** The last value; still there while it is read again. */
  value?: T;
  error?: unknown;
  isLoading: boolean;
  reload: () => void;
  set: (value: T) => void;
}

/** Reads when a page comes and whenever one of `inputs` changes; what was asked before is given up. */
export function useLoaded<T>(load: (signal: AbortSignal) => Promise<T>, inputs: readonly unknown[]): Loaded<T> {
  const [state, setState] = useState<{ value?: T; error?: unknown; isLoading: boolean }>({ isLoading: true });
  const [round, setRound] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    setState((before) => ({ ...before, error: undefined, isLoading: true }));
    load(stop.signal).then(
      (value) => stop.signal.aborted || setState({ value, isLoading: false }),
      (error: unknown) => stop.signal.aborted || isAbort(error)
        || setState((before) => ({ ...before, error, isLoading: false })),
    );
    return () => stop.abort();
  }, [...inputs, round]);
  return {
    ...state,
    reload: useCallback(() => setRound((before) => before + 1), []),
    set: useCallback((value: T) => setState({ value, isLoading: false }), []),
  };
}

/** Reads again every few seconds while something is not finished. */
export function usePolling(isPending: boolean | undefined, reload: () => void): void {
  useEffect(() => {
    if (!isPending) return;
    const timer = setInterval(reload, 3000);
    return () => clearInterval(timer);
  }, [isPending, reload]);
}

/** Reads one page of a list: of an empty token the first. */
type LoadPage<T> = (token: string, signal: AbortSignal) => Promise<Page<T>>;

interface Page<T> {
  items: T[];
  next: string | undefined;
}

/** All of a list, page after page: where it is there, nothing is missing in it. */
export function useAll<T>(load: LoadPage<T>, inputs: readonly unknown[] = []): Loaded<T[]> {
  return useLoaded(async (signal) => {
    const found: T[] = [];
    let token: string | undefined = "";
    do {
      const page: Page<T> = await load(token, signal);
      found.push(...page.items);
      token = page.next;
    } while (token);
    return found;
  }, inputs);
}

/** A list's page that is shown, and the ways to those before and after, where there are any. */
export interface Pages<T> extends Loaded<Page<T>> {
  /** From 1. */
  page: number;
  onNext: (() => void) | undefined;
  onPrevious: (() => void) | undefined;
}

/** A list that is read by pages: the tokens of those before lead back. */
export function usePages<T>(load: LoadPage<T>, inputs: readonly unknown[]): Pages<T> {
  const [tokens, setTokens] = useState<string[]>([""]);
  const key = JSON.stringify(inputs);
  const [keyOfTokens, setKey] = useState(key);
  // Another filter begins at its first page.
  const current = key === keyOfTokens ? tokens : [""];
  const loaded = useLoaded((signal) => load(current[current.length - 1] ?? "", signal), [key, current.length]);
  const go = (next: string[]) => {
    setKey(key);
    setTokens(next);
  };
  const next = loaded.value?.next;
  return {
    ...loaded,
    page: current.length,
    onNext: next && !loaded.isLoading ? () => go([...current, next]) : undefined,
    onPrevious: current.length > 1 ? () => go(current.slice(0, -1)) : undefined,
  };
}

/**
 * Names a request that must not be carried out twice. It stays the same while the content does, so that
 * asking again after an answer that was lost gets that answer.
 */
export function useRequestId(content: unknown): string {
  return useMemo(newKey, [JSON.stringify(content)]);
}

/** Says whether the page is still shown: what was asked for on it may be answered when the reader has gone on. */
export function useIsShown(): () => boolean {
  const isShown = useRef(true);
  useEffect(() => {
    isShown.current = true;
    return () => {
      isShown.current = false;
    };
  }, []);
  return () => isShown.current;
}

/** Does something at the reader's request: one at a time, with what went wrong. */
export function useAction<A extends unknown[]>(act: (...given: A) => Promise<void>) {
  const [state, setState] = useState<{ isBusy: boolean; error?: unknown }>({ isBusy: false });
  const run = async (...given: A) => {
    setState({ isBusy: true });
    try {
      await act(...given);
      setState({ isBusy: false });
    } catch (error) {
      setState({ isBusy: false, error });
    }
  };
  return { ...state, run, clear: () => setState({ isBusy: false }) };
}
