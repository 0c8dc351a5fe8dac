/**
 * The other tabs of this browser. A new one is lent the access token of a tab that is logged in; the refresh token, which
 * works once, stays with the tab that logged in.
 */

import type { User } from "../../typescript/index";

/** What one tab lends to others. */
export interface Lent {
  access: string;
  /** When to ask for a newer one, in milliseconds since 1970. */
  renewAt: number;
  /** Tells sessions apart; not a secret. */
  login: string;
  user: User;
}

/** What a tab does at the word of others. */
export interface Neighbour {
  /** What it lends; a new token where theirs is not taken any more. Nothing when it has none. */
  lend: (isRefused: boolean) => Promise<Lent | undefined>;
  /** Somebody logged in. */
  onLogin: (lent: Lent) => void;
  /** Somebody logged out. */
  onLogout: (login: string) => void;
}

type Message = { ask: boolean } | { lent: Lent } | { loggedIn: Lent } | { loggedOut: string };

/** How long a tab waits for others, in milliseconds: those who have a token answer at once, the server takes longer. */
const patience = { token: 300, renewal: 5000 };

const channel = new BroadcastChannel("payaid.session");
let take: ((lent: Lent) => void) | undefined;

function post(message: Message): void {
  channel.postMessage(message);
}

/** Asks the other tabs for a token; nothing when none of them has one. */
export function borrow(isRefused: boolean): Promise<Lent | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), isRefused ? patience.renewal : patience.token);
    take = (lent) => {
      clearTimeout(timer);
      resolve(lent);
    };
    post({ ask: isRefused });
  });
}

/** Tells the other tabs that somebody logged in here. */
export function tellLogin(lent: Lent): void {
  post({ loggedIn: lent });
}

/** Tells the other tabs that somebody logged out here. */
export function tellLogout(login: string): void {
  post({ loggedOut: login });
}

/** Answers the other tabs from now on. */
export function listen(here: Neighbour): void {
  channel.onmessage = async ({ data }: MessageEvent<Message>) => {
    if ("lent" in data) return take?.(data.lent);
    if ("loggedIn" in data) return here.onLogin(data.loggedIn);
    if ("loggedOut" in data) return here.onLogout(data.loggedOut);
    const lent = await here.lend(data.ask).catch(() => undefined);
    if (lent) post({ lent });
  };
}
