/** A call with a stream of requests, over a WebSocket: fetch sends no stream that is answered meanwhile. */

import { ApiError } from "./errors";

/** Subprotocol of messages as JSON. */
const json = "rpc.v1.json";

/**
 * One call whose messages go both ways. Read its responses with `for await`; leaving the loop gives the call
 * up. A call that fails throws an ApiError there.
 */
export class Duplex<Request extends object, Response> implements AsyncIterable<Response> {
  private socket: WebSocket | undefined;
  /** What is sent once the connection is there. */
  private waiting: string[] = [];
  private readonly received: Response[] = [];
  /** How it ended: well, or with an error. */
  private over: { error?: unknown } | undefined;
  private wake: (() => void) | undefined;
  private isEnded = false;

  /** Begins the call at `url` (`wss:`) with the headers that come. */
  constructor(url: string, headers: Promise<Record<string, string>>, signal?: AbortSignal) {
    signal?.addEventListener("abort", () => this.cancel());
    headers.then((all) => this.open(url, all), (error: unknown) => this.finish({ error }));
  }

  /** Sends a message. What is sent before the connection is there waits; behind the end it is dropped. */
  send(message: Request): void {
    this.write(JSON.stringify(message));
  }

  /** Says that no more messages come from here; those of the server go on. */
  end(): void {
    this.write("");
    this.isEnded = true;
  }

  /** Bytes that the network has not taken yet: a sender of live sound drops what would come late. */
  get bufferedAmount(): number {
    return this.socket?.bufferedAmount ?? 0;
  }

  /** Gives the call up. */
  cancel(): void {
    this.finish({ error: new ApiError({ status: 499, code: "CANCELLED", message: "the call was given up" }) });
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Response, void, undefined> {
    try {
      for (;;) {
        while (this.received.length > 0) yield this.received.shift()!;
        if (this.over) break;
        await new Promise<void>((resolve) => (this.wake = resolve));
      }
      if (this.over.error !== undefined) throw this.over.error;
    } finally {
      this.cancel();
    }
  }

  private open(url: string, headers: Record<string, string>): void {
    if (this.over) return;
    const socket = new WebSocket(url, [json, ...Object.entries(headers).map(([name, value]) => header(name, value))]);
    this.socket = socket;
    socket.onopen = () => {
      for (const text of this.waiting) socket.send(text);
      this.waiting = [];
    };
    socket.onmessage = ({ data }) => this.take(JSON.parse(String(data)) as Message<Response>);
    // A browser does not say why: the server refused the connection, or was not there.
    socket.onclose = () => this.finish({
      error: new ApiError({ status: 0, code: "UNAVAILABLE", message: "the connection broke off" }),
    });
  }

  private take({ result, error, end }: Message<Response>): void {
    if (this.over) return;
    if (error !== undefined) return this.finish({ error: ApiError.of(error, 0) });
    if (end !== undefined) return this.finish({});
    this.received.push(result as Response);
    this.wake?.();
  }

  private write(text: string): void {
    if (this.over || this.isEnded) return;
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(text);
    else this.waiting.push(text);
  }

  private finish(how: { error?: unknown }): void {
    if (this.over) return;
    this.over = how;
    this.socket?.close();
    this.wake?.();
  }
}

/** What the server sends. */
interface Message<Response> {
  result?: Response;
  error?: unknown;
  end?: object;
}

/** A header as a subprotocol, since a page can set no headers of a WebSocket. */
function header(name: string, value: string): string {
  const bytes = new TextEncoder().encode(`${name}: ${value}`);
  const base64 = btoa(String.fromCharCode(...bytes));
  return `rpc.v1.header.${base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`;
}
