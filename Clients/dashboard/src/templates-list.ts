import type { CallTemplate } from "../../typescript/index";
import { all, api } from "./api";
import { useLoaded } from "./loaded";

/** The merchant's call templates, newest first. */
export function useCallTemplates() {
  return useLoaded((signal) => all<CallTemplate>(async (pageToken) => {
    const page = await api.compliance.listCallTemplates({ pageToken }, { signal });
    return { items: page.templates ?? [], next: page.nextPageToken };
  }), []);
}

/** A template's words as far as a line has room for them. */
export function beginning({ content = "" }: CallTemplate): string {
  const letters = [...content.replace(/\s+/g, " ").trim()];
  return letters.length > 60 ? `${letters.slice(0, 59).join("")}…` : letters.join("");
}
