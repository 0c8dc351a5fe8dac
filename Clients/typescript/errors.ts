/** What a call that failed throws, and the parts of google.rpc's details that say what to do. */

/** One field that is wrong. */
export interface FieldViolation {
  /** The field, by its path in the request: `agent.name`. */
  field: string;
  description: string;
}

/** One thing that has to be otherwise first. */
export interface PreconditionViolation {
  /** A rule's name, for example `CALLING_HOURS`. */
  type: string;
  subject: string;
  description: string;
}

/** One detail of an error: a google.rpc message, named by `@type`. */
export interface ErrorDetail {
  "@type"?: string;
  [member: string]: unknown;
}

interface Fields {
  status: number;
  code: string;
  message: string;
  details?: ErrorDetail[];
  requestId?: string;
  retryAfter?: number;
}

/** What a status means where not the server answered, but for example a load balancer whose server is away. */
const foreign: Record<number, readonly [code: string, message: string]> = {
  401: ["UNAUTHENTICATED", "the request carries no valid credentials"],
  403: ["PERMISSION_DENIED", "the request was refused on its way"],
  404: ["NOT_FOUND", "there is nothing at this address"],
  408: ["DEADLINE_EXCEEDED", "the request took too long"],
  413: ["RESOURCE_EXHAUSTED", "the request is too large"],
  429: ["RESOURCE_EXHAUSTED", "too many requests; try again later"],
  500: ["INTERNAL", "the server failed"],
  502: ["UNAVAILABLE", "the server cannot be reached"],
  503: ["UNAVAILABLE", "the server cannot be reached"],
  504: ["DEADLINE_EXCEEDED", "the server took too long to answer"],
};

/** A call that failed: the server said so, or did not answer. */
export class ApiError extends Error {
  /** HTTP's status; 0 when there was no answer. */
  readonly status: number;
  /** The code's name, for example `NOT_FOUND`. */
  readonly code: string;
  readonly details: ErrorDetail[];
  /** Finds the request in the server's log. */
  readonly requestId: string;
  /** Seconds after which to try again, where the server says so. */
  readonly retryAfter: number | undefined;

  constructor(fields: Fields) {
    super(fields.message);
    this.name = "ApiError";
    this.status = fields.status;
    this.code = fields.code;
    this.details = fields.details ?? [];
    this.requestId = fields.requestId ?? "";
    this.retryAfter = fields.retryAfter;
  }

  /** Reads the body of an answer that is an error: `{"error":{"code":…,"status":…,"message":…}}`. */
  static from(response: Response, body: unknown): ApiError {
    const after = Number(response.headers.get("retry-after") ?? Number.NaN);
    return ApiError.of((body as { error?: unknown } | null)?.error, response.status, {
      requestId: response.headers.get("x-request-id") ?? "",
      ...(Number.isFinite(after) ? { retryAfter: after } : {}),
    });
  }

  /** Reads an error as it stands in a body or a message, `{"code":…,"status":…,"message":…}`; of any other, its status. */
  static of(error: unknown, status: number, more: Partial<Fields> = {}): ApiError {
    const { code, status: name, message, details } = (error ?? {}) as Partial<Record<string, unknown>>;
    const [meant, words] = foreign[status] ?? ["UNKNOWN", `the answer was HTTP ${status} without a reason`];
    return new ApiError({
      status: typeof code === "number" ? code : status,
      code: typeof name === "string" ? name : meant,
      message: typeof message === "string" ? message : words,
      details: Array.isArray(details) ? (details as ErrorDetail[]) : [],
      ...more,
    });
  }

  /** What is wrong with which field (google.rpc.BadRequest). */
  get fieldViolations(): FieldViolation[] {
    return this.members<FieldViolation>("google.rpc.BadRequest", "fieldViolations");
  }

  /** What has to be otherwise first (google.rpc.PreconditionFailure). */
  get preconditionViolations(): PreconditionViolation[] {
    return this.members<PreconditionViolation>("google.rpc.PreconditionFailure", "violations");
  }

  /** The texts by name that come with a reason (google.rpc.ErrorInfo). */
  get metadata(): Record<string, string> {
    const info = this.details.find((detail) => detail["@type"]?.endsWith("/google.rpc.ErrorInfo"));
    return (info?.["metadata"] as Record<string, string> | undefined) ?? {};
  }

  private members<T>(type: string, name: string): T[] {
    return this.details
      .filter((detail) => detail["@type"]?.endsWith(`/${type}`))
      .flatMap((detail) => (detail[name] as T[] | undefined) ?? []);
  }
}
