/** How the generated client reaches the server: fetch, JSON, and errors with a type. */

import { Duplex } from "./duplex";
import { ApiError } from "./errors";
import { send } from "./upload";

export type { Duplex } from "./duplex";

/** Any JSON: google.protobuf.Struct and Value. */
export type JSONValue = null | boolean | number | string | JSONValue[] | { [key: string]: JSONValue };

/** One request, taken apart by its route. */
export interface Route {
  method: string;
  path: string;
  /** What goes into the query; nested messages by dotted names. */
  query?: object;
  /** A message, or a Blob that goes as it is. */
  body?: object;
  /** Sent as Idempotency-Key: the same one again gets the first answer again. */
  key?: string;
}

/** What one call may ask for. */
export interface CallOptions {
  signal?: AbortSignal;
  /** The tag that what is changed must still have. */
  ifMatch?: string;
  /** Told how much of the body is on its way. */
  onUpload?: (sent: number, total: number) => void;
}

/** Where requests go and what they carry. */
export interface TransportOptions {
  /** Where the server is; the page's own origin when empty. */
  baseURL?: string;
  /** Headers of every request, asked for each time: `authorization`, or `x-api-key` and `x-api-secret`. */
  headers?: () => Promise<Record<string, string>> | Record<string, string>;
}

/** Sends requests. A service of the client is made with one: `new AgentService(transport)`. */
export class Transport {
  constructor(private readonly options: TransportOptions = {}) {}

  /** One message in, one out. */
  async unary<T>(route: Route, options: CallOptions = {}): Promise<T> {
    const response = await this.request(route, "application/json", options);
    return (await response.json()) as T;
  }

  /** An answer that is no message, with its media type. */
  async bytes(route: Route, options: CallOptions = {}): Promise<Blob> {
    return (await this.request(route, "*/*", options)).blob();
  }

  /** Messages as they come, a line each. Leaving the loop ends the call; a stream that breaks off throws. */
  async *stream<T>(route: Route, options: CallOptions = {}): AsyncGenerator<T, void, undefined> {
    const response = await this.request(route, "application/x-ndjson", options);
    for await (const line of lines(response)) {
      const record = JSON.parse(line) as { result?: T; error?: unknown; end?: object };
      if (record.error !== undefined) throw ApiError.from(response, record);
      if (record.end !== undefined) return;
      yield record.result as T;
    }
    throw new ApiError({ status: 0, code: "UNAVAILABLE", message: "the stream broke off" });
  }

  /** Messages both ways for as long as the call lasts. */
  duplex<Request extends object, Response>(path: string, options: CallOptions = {}): Duplex<Request, Response> {
    const url = new URL(path, this.options.baseURL || location.href);
    url.protocol = url.protocol === "http:" ? "ws:" : "wss:";
    const headers = async () => (await this.options.headers?.()) ?? {};
    return new Duplex<Request, Response>(url.href, headers(), options.signal);
  }

  /** The answer of a request that went well; throws an ApiError otherwise. */
  protected async request(route: Route, accept: string, options: CallOptions): Promise<Response> {
    const url = (this.options.baseURL ?? "") + route.path + queryText(route.query);
    const headers: Record<string, string> = { accept, ...(await this.options.headers?.()) };
    const body = encoded(route.body, headers);
    if (route.key !== undefined) headers["idempotency-key"] = route.key;
    if (options.ifMatch) headers["if-match"] = `"${options.ifMatch}"`;
    let response: Response;
    try {
      response = await send(url, { method: route.method, headers, body }, options);
    } catch (cause) {
      if (options.signal?.aborted) throw cause;
      throw new ApiError({ status: 0, code: "UNAVAILABLE", message: "the server did not answer" });
    }
    if (!response.ok) throw ApiError.from(response, await response.json().catch(() => null));
    return response;
  }
}

/** A value as one segment of a path. */
export function segment(value: string | number | undefined): string {
  if (value === undefined || value === "") throw new TypeError("a path lacks a part of it");
  return encodeURIComponent(value);
}

/** A key that no other request has; also where the page is not served over TLS. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function encoded(body: object | undefined, headers: Record<string, string>): BodyInit | undefined {
  if (body === undefined) return undefined;
  const isBlob = body instanceof Blob;
  headers["content-type"] = isBlob ? body.type || "application/octet-stream" : "application/json";
  return isBlob ? body : JSON.stringify(body);
}

function queryText(query: object | undefined): string {
  const parameters = new URLSearchParams();
  append(parameters, "", query ?? {});
  const text = parameters.toString();
  return text && `?${text}`;
}

function append(parameters: URLSearchParams, prefix: string, message: object): void {
  for (const [name, value] of Object.entries(message)) {
    if (value === undefined || value === null || value === "") continue;
    if (Array.isArray(value)) value.forEach((item) => parameters.append(prefix + name, String(item)));
    else if (typeof value === "object") append(parameters, `${prefix}${name}.`, value as object);
    else parameters.append(prefix + name, String(value));
  }
}

async function* lines(response: Response): AsyncGenerator<string, void, undefined> {
  const reader = response.body!.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const pieces = (rest + decoder.decode(value, { stream: true })).split("\n");
      rest = pieces.pop() ?? "";
      for (const piece of pieces) if (piece.trim()) yield piece;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
