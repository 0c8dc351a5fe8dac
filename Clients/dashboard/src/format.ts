/** How figures read in India: lakhs and crores, rupees, and Indian Standard Time. */

import type { Money } from "../../typescript/index";

const count = new Intl.NumberFormat("en-IN");
const percent = new Intl.NumberFormat("en-IN", { style: "percent", maximumFractionDigits: 1 });
const rupees = new Intl.NumberFormat("en-IN", { style: "currency", currency: "INR" });
const moment = new Intl.DateTimeFormat("en-IN", {
  timeZone: "Asia/Kolkata", day: "numeric", month: "short", year: "numeric", hour: "numeric", minute: "2-digit",
});
const day = new Intl.DateTimeFormat("en-IN", {
  timeZone: "Asia/Kolkata", day: "numeric", month: "short", year: "numeric",
});
const month = new Intl.DateTimeFormat("en-IN", { timeZone: "UTC", month: "short", year: "2-digit" });

/** The seconds of a duration as ProtoJSON writes it, `1.5s`. */
export function seconds(duration: string | undefined): number {
  return Number.parseFloat(duration ?? "0") || 0;
}

/** A whole number; 64-bit ones come as texts. */
export function number(value: string | number | undefined): string {
  return count.format(Number(value ?? 0));
}

/** A share from 0 to 1. */
export function share(value: number | undefined): string {
  return percent.format(value ?? 0);
}

/** An amount as a number of rupees. */
export function amount(money: Money | undefined): number {
  return Number(money?.units ?? 0) + (money?.nanos ?? 0) / 1e9;
}

/** An amount in rupees, `₹1,23,456.00`. */
export function money(value: Money | undefined): string {
  return rupees.format(amount(value));
}

/** `1 min 05 s`, and hours where there are some. */
export function duration(text: string | undefined): string {
  const whole = Math.round(seconds(text));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  if (hours) return `${hours} h ${minutes.toString().padStart(2, "0")} min`;
  if (minutes) return `${minutes} min ${rest.toString().padStart(2, "0")} s`;
  return `${rest} s`;
}

/** Minutes and seconds from a call's beginning, `01:05`. */
export function clock(offset: string | undefined): string {
  const whole = Math.floor(seconds(offset));
  return [Math.floor(whole / 60), whole % 60].map((part) => part.toString().padStart(2, "0")).join(":");
}

/** A short duration, such as a reply takes. */
export function milliseconds(text: string | undefined): string {
  return text === undefined ? "–" : `${count.format(Math.round(seconds(text) * 1000))} ms`;
}

/** Day and time in India. */
export function time(timestamp: string | undefined): string {
  return timestamp ? moment.format(new Date(timestamp)) : "–";
}

/** The day in India. */
export function date(timestamp: string | undefined): string {
  return timestamp ? day.format(new Date(timestamp)) : "–";
}

/** The last day in India of what ends at a moment, which is its next day's first where days were given. */
export function lastDay(end: string | undefined): string {
  return date(end && new Date(Date.parse(end) - 1).toISOString());
}

/** `2026-12` as `Dec 26`. */
export function monthName(text: string | undefined): string {
  return text ? month.format(new Date(`${text}-01T00:00:00Z`)) : "";
}

/** The day in India that a moment lies in, `2026-12-01`. */
export function indianDay(at: Date): string {
  return new Date(at.getTime() + 19_800_000).toISOString().slice(0, 10);
}

/** Whether a text is a day that there is, `2026-12-01`. */
export function isDay(text: string): boolean {
  const at = new Date(`${text}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

/** The moment at which a day begins in India, `days` later. */
export function startOfDay(text: string, days = 0): string {
  return new Date(Date.parse(`${text}T00:00:00+05:30`) + days * 86_400_000).toISOString();
}

/** A day so many days after another, `2026-12-01`. */
export function dayAfter(text: string, days: number): string {
  return new Date(Date.parse(`${text}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** A moment as an input of a day and a time has it, in India: `2026-12-01T10:30`. */
export function indianMinute(at: Date): string {
  return new Date(at.getTime() + 19_800_000).toISOString().slice(0, 16);
}

/** The moment that such an input means; undefined for none. */
export function typedMoment(text: string): string | undefined {
  const at = Date.parse(`${text}:00+05:30`);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}

/** A number as people type it, in the form of the API. */
export function typedNumber(text: string): string {
  const digits = text.replace(/[\s()-]/g, "");
  if (/^[1-9]\d{9}$/.test(digits)) return `+91${digits}`;
  return digits.replace(/^0(?=\d{10}$)/, "+91");
}

/** Whether a number is a whole one of India, in the form of the API. */
export function isNumber(text: string): boolean {
  return /^\+91[1-9]\d{9}$/.test(text);
}

/** `+91 98765 43210`, and `+91 1800 123 000` where the called side pays; other forms stay as they came. */
export function phone(number: string | undefined): string {
  if (!number) return "–";
  return number.replace(/^\+91(18[06]0)(\S{3})(\S{3})$/, "+91 $1 $2 $3").replace(/^\+91(\S{5})(\S{5})$/, "+91 $1 $2");
}

/** Bytes as ProtoJSON writes them, in UTF-8. */
export function text(base64: string | undefined): string {
  return new TextDecoder().decode(Uint8Array.from(atob(base64 ?? ""), (letter) => letter.charCodeAt(0)));
}

/** A file’s size. */
export function bytes(value: string | number | undefined): string {
  const size = Number(value ?? 0);
  if (size < 1024) return `${count.format(size)} bytes`;
  if (size < 1 << 20) return `${count.format(Math.round(size / 1024))} KB`;
  return `${count.format(Math.round((size / (1 << 20)) * 10) / 10)} MB`;
}
