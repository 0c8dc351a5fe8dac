/** fetch, and where somebody wants to see a body go, XMLHttpRequest: fetch tells nothing of it. */

/** How one request can be given up and watched. */
export interface SendOptions {
  signal?: AbortSignal;
  onUpload?: (sent: number, total: number) => void;
}

interface Init {
  method: string;
  headers: Record<string, string>;
  body: BodyInit | undefined;
}

/** The answer, whatever its status; rejects when there is none. */
export function send(url: string, init: Init, options: SendOptions): Promise<Response> {
  if (options.onUpload) return sendWatched(url, init, options);
  return fetch(url, { ...init, credentials: "omit", ...(options.signal ? { signal: options.signal } : {}) });
}

function sendWatched(url: string, init: Init, options: SendOptions): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(init.method, url);
    request.responseType = "blob";
    for (const [name, value] of Object.entries(init.headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => options.onUpload?.(event.loaded, event.total);
    request.onload = () => resolve(response(request));
    request.onerror = () => reject(new TypeError("the request failed"));
    request.onabort = () => reject(new DOMException("the request was given up", "AbortError"));
    options.signal?.addEventListener("abort", () => request.abort());
    request.send(init.body as XMLHttpRequestBodyInit | null);
  });
}

function response(request: XMLHttpRequest): Response {
  const headers = new Headers();
  for (const line of request.getAllResponseHeaders().trim().split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return new Response(request.response as Blob, { status: request.status, headers });
}
