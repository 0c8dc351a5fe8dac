/**
 * Who is logged in. The access token lives in memory only and is lent to other tabs; the refresh token lasts as long as
 * the tab that logged in.
 */

import { ApiError, AuthService, Transport, newKey } from "../../typescript/index";
import type { Session, User } from "../../typescript/index";
import { seconds } from "./format";
import { borrow, listen, tellLogin, tellLogout } from "./neighbours";
import type { Lent } from "./neighbours";
import { holdsBack } from "./router";

/**
 * Whether somebody is logged in, as far as it is known. A session that "ended" did so below an open page, which stays
 * as it is until its user has logged in again.
 */
export type Standing = "restoring" | "unreachable" | "out" | "in" | "ended";

/** Who is logged in. */
export interface SessionState {
  standing: Standing;
  user?: User;
  /** Why nobody is logged in any more, where that needs a word. */
  notice?: string;
}

/**
 * The refresh token works once. It is kept with the key that its use will have, so that a page that is
 * loaded again in the middle of a refresh gets the same answer again instead of ending the session. So
 * does a tab that was copied: keys count on from the login, and both tabs count alike.
 */
interface Kept {
  token: string;
  login: string;
  uses: number;
}

const place = "payaid.session";
const auth = new AuthService(new Transport());
const listeners = new Set<() => void>();

let state: SessionState = { standing: "restoring" };
let access = "";
let login = "";
let renewAt = 0;
let renewing: Promise<void> | undefined;
/** What is asked of a page whose session ended waits for its user. */
let waiting: { goOn: () => void; giveUp: (reason: unknown) => void } | undefined;

function kept(): Kept | undefined {
  try {
    return (JSON.parse(sessionStorage.getItem(place) ?? "null") as Kept | null) ?? undefined;
  } catch {
    return undefined;
  }
}

function change(next: SessionState): void {
  state = next;
  for (const listener of listeners) listener();
}

function adopt(session: Session, before?: Kept): void {
  access = session.accessToken ?? "";
  const lifetime = seconds(session.expiresIn) * 1000;
  // Early enough that no request leaves with a token that ends on its way.
  renewAt = Date.now() + lifetime - Math.min(lifetime / 2, 60_000);
  const next: Kept = {
    token: session.refreshToken ?? "", login: before?.login ?? newKey(), uses: (before?.uses ?? 0) + 1,
  };
  sessionStorage.setItem(place, JSON.stringify(next));
  login = next.login;
  change({ standing: "in", ...(session.user ? { user: session.user } : {}) });
}

/** Goes on with what another tab has; nothing where that is of another user. */
function take(lent: Lent | undefined): boolean {
  if (!lent || (state.user && state.user.userId !== lent.user.userId)) return false;
  ({ access, renewAt, login } = lent);
  change({ standing: "in", user: lent.user });
  return true;
}

function forget(notice?: string): void {
  access = "";
  sessionStorage.removeItem(place);
  change({ standing: "out", ...(notice ? { notice } : {}) });
  letGo(false);
}

/** Has what waits go on in a new session, or fail. */
function letGo(isUserBack: boolean): void {
  const whom = waiting;
  waiting = undefined;
  if (isUserBack) whom?.goOn();
  else whom?.giveUp(new ApiError({ status: 401, code: "UNAUTHENTICATED", message: "the session has ended" }));
}

/** The session is over. Where a page is open, its user is asked to log in above it. */
async function end(): Promise<void> {
  if (state.standing !== "in") return forget("Your session has ended. Please log in again.");
  access = "";
  sessionStorage.removeItem(place);
  await new Promise<void>((goOn, giveUp) => {
    waiting = { goOn, giveUp };
    change({ ...state, standing: "ended" });
  });
}

/** Whether asking again is of no use: the token is not taken any more. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof ApiError) || error.status === 408 || error.status === 429) return false;
  return error.status >= 400 && error.status < 500;
}

async function refresh(): Promise<void> {
  const from = kept();
  if (!from) return take(await borrow(true)) ? undefined : end();
  try {
    const requestId = `${from.login}-${from.uses}`;
    adopt(await auth.refreshSession({ refreshToken: from.token, requestId }), from);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    await end();
  }
}

/** Gets a new access token; several callers share one refresh. */
export function renew(): Promise<void> {
  renewing ??= refresh().finally(() => (renewing = undefined));
  return renewing;
}

/** A token that is good for the next request, renewed when it is about to end. */
export async function accessToken(): Promise<string> {
  if (state.standing === "ended" || (state.standing === "in" && Date.now() >= renewAt)) await renew();
  return access;
}

/** Takes up the session of this tab, or else of another one, if there is one. */
export async function restore(): Promise<void> {
  if (!kept()) return take(await borrow(false)) ? undefined : forget();
  change({ standing: "restoring" });
  await renew().catch(() => change({ standing: "unreachable" }));
}

/** Logs in; throws what the server refuses with. Only the user of an open page goes on with it. */
export async function logIn(email: string, password: string): Promise<void> {
  const before = state.user?.userId;
  const session = await auth.login({ email, password });
  adopt(session);
  letGo(session.user?.userId === before);
  const lent = lendable();
  if (lent) tellLogin(lent);
}

/** Ends the session here at once, and at the server as soon as it hears of it. */
export async function logout(): Promise<void> {
  const headers = { authorization: `Bearer ${access}` };
  const isOver = access === "";
  if (!isOver) tellLogout(login);
  forget();
  if (isOver) return;
  await new AuthService(new Transport({ headers: () => headers })).logout().catch(() => undefined);
}

function lendable(): Lent | undefined {
  if (state.standing !== "in" || !state.user || Date.now() >= renewAt) return undefined;
  return { access, renewAt, login, user: state.user };
}

listen({
  async lend(isRefused) {
    if (state.standing !== "in") return undefined;
    // Only who has the refresh token gets a new one.
    if (kept()) await (isRefused ? renew() : accessToken());
    else if (isRefused) return undefined;
    return lendable();
  },
  onLogin(lent) {
    if (state.standing === "ended" && take(lent)) letGo(true);
  },
  onLogout(ended) {
    if (state.standing !== "in" || ended !== login) return;
    // What was typed here nobody was asked about.
    if (holdsBack()) renew().catch(() => undefined);
    else forget();
  },
});

/** Shows another name or role of the user who is logged in. */
export function setUser(user: User): void {
  if (state.standing === "in") change({ ...state, user });
}

/** The session as React reads it. */
export const session = {
  read: () => state,
  subscribe(changed: () => void): () => void {
    listeners.add(changed);
    return () => listeners.delete(changed);
  },
};
