export * from "./generated/payaid";
export { ApiError } from "./errors";
export type { ErrorDetail, FieldViolation, PreconditionViolation } from "./errors";
export { Transport, newKey } from "./transport";
export type { CallOptions, JSONValue, Route, TransportOptions } from "./transport";
