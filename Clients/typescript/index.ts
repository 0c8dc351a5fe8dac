export * from "./generated/payaid";
export { ApiError } from "./errors";
export type { ErrorDetail, FieldViolation, PreconditionViolation } from "./errors";
export type { Duplex } from "./duplex";
export { Transport, newKey } from "./transport";
export type { CallOptions, JSONValue, Route, TransportOptions } from "./transport";
