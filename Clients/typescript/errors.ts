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

  /** Reads an error as it stands in a body or a message: `{"code":…,"status":…,"message":…}`. */
  static of(error: unknown, status: number, more: Partial<Fields> = {}): ApiError {
    const { code, status: name, message, details } = (error ?? {}) as Partial<Record<string, unknown>>;
    return new ApiError({
      status: typeof code === "number" ? code : status,
      code: typeof name === "string" ? name : "UNKNOWN",
      message: typeof message === "string" ? message : `HTTP ${status}`,
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
