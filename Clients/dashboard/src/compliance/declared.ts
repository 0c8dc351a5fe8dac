/** Declarations of numbers to their operators: when they hold, and for which numbers. */

import type { A2pDeclaration } from "../../../typescript/index";
import { api } from "../api";
import { useAll } from "../loaded";

/** All declarations, newest first. */
export function useDeclarations() {
  return useAll<A2pDeclaration>(async (pageToken, signal) => {
    const page = await api.compliance.listA2pDeclarations({ pageToken }, { signal });
    return { items: page.declarations ?? [], next: page.nextPageToken };
  });
}

/** How a declaration stands now. */
export function standing({ startTime = "", endTime = "" }: A2pDeclaration): string {
  if (Date.now() < Date.parse(startTime)) return "Not yet in force";
  return endTime && Date.parse(endTime) <= Date.now() ? "Ended" : "In force";
}

/** Whether a declaration is in force. */
export function holds(declaration: A2pDeclaration): boolean {
  return standing(declaration) === "In force";
}

/** Whether machines may call from a number now. Numbers are of one length, so they are in order as texts. */
export function isDeclared(number: string, declarations: A2pDeclaration[]): boolean {
  return declarations.some((each) => holds(each) && (each.firstNumber ?? "") <= number && number <= (each.lastNumber ?? ""));
}
